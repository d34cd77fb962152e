/** The page's style sheet. Its colours are those of the figures (theme.ts), so the inlined drawings follow the page's variant. */
import { colourNames, type Mode } from '../theme.ts';

const PAGE: Record<Mode, string> = {
  light:
    '--page:#f4f6f9;--card:var(--m-background);--line:#dde3ea;--soft:#eaeff4;--good:#0b7a55;--good-soft:#e2f4ec;--bad:#b3361b;--bad-soft:#fdebe6;--warn:#8a6100;--warn-soft:#fdf3da;--shadow:0 1px 2px rgb(16 32 48/.06),0 4px 16px rgb(16 32 48/.05)',
  dark: '--page:#0c1117;--card:var(--m-background);--line:#28323e;--soft:#1b232d;--good:#43d6a5;--good-soft:#10302a;--bad:#ff8f73;--bad-soft:#3a1c17;--warn:#efc627;--warn-soft:#33290d;--shadow:none',
};

const variables = (mode: Mode): string =>
  `${colourNames(mode)
    .map(([name, hex]) => `--m-${name}:${hex}`)
    .join(';')};${PAGE[mode]};color-scheme:${mode}`;

export const style = (): string => `
:root{${variables('light')}}
@media (prefers-color-scheme:dark){:root:not([data-theme=light]){${variables('dark')}}}
:root[data-theme=dark]{${variables('dark')}}
@media print{:root:root:root{${variables('light')}}}
*{box-sizing:border-box}
html{scroll-behavior:smooth;scroll-padding-top:64px;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--m-ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans",sans-serif}
.wrap{max-width:1240px;margin:0 auto;padding:0 24px}
a{color:var(--m-blue)}
:focus-visible{outline:2px solid var(--m-blue);outline-offset:2px;border-radius:4px}
.skip{position:absolute;left:-999px}.skip:focus{left:12px;top:12px;background:var(--card);padding:8px 12px;z-index:9}
h1,h2,h3,p{margin:0}
h1{font-size:clamp(26px,4.2vw,38px);line-height:1.15;letter-spacing:-.02em;overflow-wrap:anywhere}
h2{font-size:22px;line-height:1.25;letter-spacing:-.01em}
h3{font-size:17px;line-height:1.35}
code,pre,.mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.9em}
.quiet{color:var(--m-muted)}
header .wrap{padding-top:34px;padding-bottom:8px}
.top{display:flex;gap:16px;justify-content:space-between;align-items:center;margin-bottom:18px}
.brand{font-weight:650;letter-spacing:.01em;color:var(--m-muted);font-size:14px}
.brand b{color:var(--m-ink)}
button{font:inherit;font-size:14px;color:var(--m-ink);background:var(--card);border:1px solid var(--line);border-radius:8px;padding:6px 12px;cursor:pointer;min-height:36px;white-space:nowrap}
button:hover{border-color:var(--m-muted)}
.lede{max-width:72ch;margin-top:10px;color:var(--m-muted);overflow-wrap:anywhere}
.setting{display:flex;flex-wrap:wrap;gap:6px 22px;margin:18px 0 0;padding:0;font-size:14px}
.setting div{display:flex;gap:7px}.setting dt{color:var(--m-muted)}.setting dd{margin:0;font-weight:550}
.verdict{margin:24px 0 0;border-radius:14px;padding:20px 22px;display:grid;gap:18px;background:var(--card);border:1px solid var(--line);border-left:6px solid var(--m-grey);box-shadow:var(--shadow)}
.verdict.pass{border-left-color:var(--good)}.verdict.fail{border-left-color:var(--bad)}
.verdict .say{display:flex;gap:14px;align-items:baseline;font-size:18px;line-height:1.45;font-weight:550;overflow-wrap:anywhere}
.verdict .reason ul{margin:6px 0 0;padding-left:20px;color:var(--m-muted);font-size:15px}.verdict .reason{max-width:96ch;overflow-wrap:anywhere}.verdict .command{margin-top:6px}
.pill{flex:none;font-size:13px;font-weight:700;letter-spacing:.06em;border-radius:999px;padding:3px 12px;background:var(--soft)}
.pill.pass{background:var(--good-soft);color:var(--good)}.pill.fail{background:var(--bad-soft);color:var(--bad)}.pill.warn{background:var(--warn-soft);color:var(--warn)}
.scroll{overflow-x:auto;background-image:linear-gradient(to left,var(--card) 40%,transparent),linear-gradient(to left,var(--line),transparent);background-position:right;background-repeat:no-repeat;background-size:48px 100%,16px 100%;background-attachment:local,scroll}
table{border-collapse:collapse;width:100%;font-size:15px;font-variant-numeric:tabular-nums}
th{font-weight:550;color:var(--m-muted);font-size:13px;text-align:right;padding:6px 12px;white-space:nowrap}
td{padding:7px 12px;border-top:1px solid var(--line);text-align:right;white-space:nowrap}
th:first-child,td:first-child,.left{text-align:left!important}
td.name{white-space:normal;overflow-wrap:break-word}
tr.all td{font-weight:600}
.listed thead th{white-space:normal;vertical-align:bottom}.listed thead .long{min-width:8.5em}
.listed tbody th{font-weight:inherit;color:inherit;font-size:inherit;border-top:1px solid var(--line);padding:7px 9px;vertical-align:baseline}
.listed td{vertical-align:baseline}.listed :is(th,td){padding-left:9px;padding-right:9px}.listed small{display:block;color:var(--m-muted)}.listed td.name,.listed th.name{white-space:normal;min-width:14em;overflow-wrap:break-word}
.scroll table tr>:first-child{position:sticky;left:0;z-index:1;background:var(--card)}
.found{display:grid;gap:10px;margin-top:18px}.found h3:not(:first-child){margin-top:16px}.found p{max-width:90ch;overflow-wrap:anywhere}.found .card{padding:10px 14px}
.notes{margin:0;padding-left:20px;max-width:90ch;color:var(--m-muted);font-size:15px;overflow-wrap:anywhere}.notes li{margin-top:4px}
.tiles{display:grid;grid-template-columns:repeat(5,1fr);gap:12px;margin:20px 0 0;padding:0;list-style:none}
.tiles.c1{grid-template-columns:minmax(0,360px)}.tiles.c2{grid-template-columns:repeat(2,1fr)}.tiles.c3{grid-template-columns:repeat(3,1fr)}.tiles.c4{grid-template-columns:repeat(4,1fr)}.tiles.c6{grid-template-columns:repeat(6,1fr)}
.tiles li{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:14px 16px;box-shadow:var(--shadow);min-width:0}
.tiles .label{font-size:13px;color:var(--m-muted);line-height:1.3}
.tiles .value{font-size:25px;font-weight:650;letter-spacing:-.02em;line-height:1.25;margin-top:4px;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.tiles .value.long{font-size:18px;line-height:1.3}.tiles .value small{font-size:.6em;font-weight:550;letter-spacing:0;color:var(--m-muted)}
.tiles .note{font-size:13px;color:var(--m-muted);line-height:1.35;margin-top:2px}
nav{position:sticky;top:0;z-index:5;background:var(--page);border-bottom:1px solid var(--line);margin-top:26px}
nav .wrap{display:flex;gap:4px;overflow-x:auto;scrollbar-width:none}
nav a{color:var(--m-muted);text-decoration:none;font-size:14px;font-weight:550;padding:13px 10px;white-space:nowrap}
nav a:hover{color:var(--m-ink)}
section{margin-top:38px}
section>p.intro{color:var(--m-muted);max-width:76ch;margin-top:4px}
section>p.intro+pre.card{margin-top:18px}
.grid{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:18px;margin-top:18px;align-items:start}
.card{margin:0;background:var(--card);border:1px solid var(--line);border-radius:14px;padding:20px 20px 14px;box-shadow:var(--shadow);min-width:0}
.grid>.card{container-type:inline-size;display:flex;flex-direction:column;height:100%}
.card .kind{font-size:13px;color:var(--m-muted);margin:2px 0 12px}
.grid>.card:last-child:nth-child(odd):not(:first-child),.grid>.card:only-child{grid-column:1/-1;display:grid;grid-template-columns:minmax(0,720px) minmax(260px,1fr);grid-template-rows:auto auto 1fr;column-gap:36px}
.grid>.card:last-child:nth-child(odd)>:is(h3,.kind),.grid>.card:only-child>:is(h3,.kind){grid-column:1/-1}
.grid.packed{display:block;columns:2;column-gap:18px}.grid.packed>.card.card:nth-child(n){display:flex;height:auto;break-inside:avoid;margin-bottom:18px}
.grid>.card:only-child .plot svg{max-width:720px}.plot svg{display:block;width:100%;height:auto;max-width:600px;margin:0 auto}
.plot svg text{font-family:inherit;pointer-events:none}
.narrow{display:none}
@container (max-width:470px){.wide{display:none}.narrow{display:block}}
.narrow svg{max-width:420px}
figcaption{font-size:14px;line-height:1.5;margin-top:10px;flex:1;display:flex;flex-direction:column}
figcaption>p:first-child{margin-bottom:10px}
figcaption .foot{display:flex;flex-wrap:wrap;gap:4px 8px;align-items:center;margin-top:auto;padding-top:10px;border-top:1px solid var(--line);font-size:13px}
.files{margin-left:auto;display:flex;gap:4px}
.file{text-decoration:none;padding:3px 8px;border-radius:6px}.file:hover{background:var(--soft)}
.badge{font-size:12px;font-weight:650;border-radius:6px;padding:1px 8px;background:var(--soft);color:var(--m-ink)}
.badge.measured{background:var(--good-soft);color:var(--good)}.badge.cited{background:var(--warn-soft);color:var(--warn)}
.assumed{margin:14px 0 0;padding-left:20px;columns:2;column-gap:40px;font-size:15px}
.assumed li{break-inside:avoid;margin-bottom:8px}
details{margin-top:14px}
summary{cursor:pointer;font-weight:600;padding:4px 0}
pre{margin:12px 0 0;padding:14px 16px;background:var(--soft);border-radius:10px;overflow-x:auto;line-height:1.5;white-space:pre-wrap;overflow-wrap:anywhere}
.command{display:flex;gap:12px;align-items:center;margin-top:14px}.command pre{flex:1;margin:0}
input[type=search]{font:inherit;font-size:15px;padding:8px 12px;border:1px solid var(--line);border-radius:8px;background:var(--card);color:inherit;width:min(100%,320px);margin-top:12px}
footer{margin:44px 0 36px;color:var(--m-muted);font-size:14px}
#tip{position:fixed;z-index:10;pointer-events:none;background:var(--m-ink);color:var(--m-background);font-size:13px;line-height:1.35;padding:5px 9px;border-radius:6px;max-width:min(320px,90vw)}
#tip[hidden]{display:none}
fieldset{border:0;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:6px 18px;align-items:center;min-width:0}
legend{font-weight:600;font-size:14px;padding:0;float:left;margin-right:18px}
.buttons{display:flex;gap:8px}
.tools{margin-top:18px;padding-bottom:18px;display:grid;gap:14px;font-size:15px}
.tools label,.controls label{display:inline-flex;gap:7px;align-items:center}.tools label{overflow-wrap:anywhere}
.tools input[type=checkbox]{width:18px;height:18px;accent-color:var(--m-blue);flex:none}
label.button{border:1px solid var(--m-blue);color:var(--m-blue);border-radius:8px;padding:6px 12px;min-height:36px;font-size:14px;font-weight:600;cursor:pointer}
label.button:hover{background:var(--soft)}
.compare{display:flex;flex-wrap:wrap;gap:8px 12px;align-items:center;position:relative}.compare .quiet{font-size:14px}
.compare ul{flex-basis:100%;margin:0;padding:0;list-style:none;display:grid;gap:8px}.compare ul:empty{display:none}
.compare li{display:flex;flex-wrap:wrap;gap:8px 12px;align-items:center;min-width:0;overflow-wrap:anywhere}.compare li code{overflow-wrap:anywhere}
#compare-say,.say{flex-basis:100%;margin:0;color:var(--bad);font-size:14px}#compare-say:empty,.say:empty{display:none}
.offscreen{position:absolute;width:1px;height:1px;opacity:0;overflow:hidden}
.compare:has(.offscreen:focus-visible) label.button{outline:2px solid var(--m-blue);outline-offset:2px}
.dropping{outline:4px dashed var(--m-blue);outline-offset:-8px}
.explore{display:grid;gap:18px;margin-top:18px}
.controls{display:flex;flex-wrap:wrap;gap:8px 16px;align-items:center;margin:10px 0 12px;font-size:14px}
select,input[type=number]{font:inherit;font-size:14px;color:inherit;background:var(--card);border:1px solid var(--line);border-radius:8px;padding:6px 8px;min-height:36px;max-width:100%}
input[type=number]{width:6.5em}
.controls label{max-width:100%}.controls select{min-width:0}
.hint{font-size:14px;margin-top:10px}.canvas{min-height:60px;position:relative}
.canvas svg{display:block;max-width:100%;height:auto}
.canvas svg text{font-family:inherit;pointer-events:none}
.live{display:none}.replaced .live{display:block}.replaced>.wide,.replaced>.narrow{display:none!important}
.live .canvas svg{margin:0 auto}
.values{max-height:320px;overflow:auto;margin-top:8px}.values table{font-size:13px}
@media (max-width:560px){.listed tbody th{padding-left:6px;padding-right:6px;max-width:40vw;white-space:normal}.listed td.name{min-width:10em}}
.compared{background:var(--soft)}
@media (max-width:1020px){.tiles.tiles{grid-template-columns:repeat(3,1fr)}}
@media (max-width:860px){.grid.packed{columns:1}.grid{grid-template-columns:minmax(0,1fr)}.grid>.card:last-child:nth-child(odd):not(:first-child),.grid>.card:only-child{display:flex}.assumed{columns:1}}
@media (max-width:560px){legend{float:none;width:100%}.wrap{padding:0 14px}.tiles.tiles{grid-template-columns:repeat(2,1fr);gap:10px}.tiles li{padding:12px}.tiles .value{font-size:21px}.card{padding:16px 14px 10px;border-radius:12px}.verdict{padding:16px;border-radius:12px}.verdict .say{flex-direction:column;gap:8px;font-size:17px}.command{flex-direction:column;align-items:stretch}th,td{padding-left:6px;padding-right:6px}.verdict table{font-size:14px}.verdict .pill{padding:2px 8px;font-size:12px}.verdict td:first-child,.verdict th:first-child{padding-left:0}.verdict td:last-child,.verdict th:last-child{padding-right:0}header .wrap{padding-top:20px}}
@media print{.tools,.controls,#explore details,#explore .quiet{display:none!important}body{background:#fff;font-size:12px}nav,button,.files,.skip,input{display:none!important}.card,.tiles li,.verdict{box-shadow:none;break-inside:avoid}.grid{gap:10px}section{margin-top:20px}.plot svg{max-width:480px}}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
`;
