// Copies this checkout into a folder and makes its kernels on the processor slower there by so many percent, to see what `compare
// --bench` finds: the js backend waits after each launch for that share of its time, the times of the cpu backend are multiplied.
//   node scripts/slower-copy.mjs 5 ../slower && npx mint-bench compare --bench . ../slower
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [percent, written] = [Number(process.argv[2]), process.argv[3]];
if (!(percent >= 0) || written === undefined) {
  console.error('usage: node scripts/slower-copy.mjs <percent> <folder that does not exist>');
  process.exit(2);
}
const folder = resolve(written);
if (existsSync(folder)) {
  console.error(`${folder} exists already; name another`);
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
const parts = [
  'src',
  'bin',
  'bench',
  'scripts',
  'scenarios',
  'native',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
];
for (const part of parts) cpSync(join(root, part), join(folder, part), { recursive: true });
symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');

/** Each place once, or the source has changed and this script must follow. */
function replace(file, from, to) {
  const path = join(folder, 'src', 'real', 'backends', file);
  const source = readFileSync(path, 'utf8');
  if (source.split(from).length !== 2) throw new Error(`${file} no longer has: ${from}`);
  writeFileSync(path, source.replace(from, to));
}
const launches = 'for (let l = 0; l < launches; l++) this.launch();';
const factor = 1 + percent / 100;
const wait = `const took = Number(hrtime.bigint() - start); while (Number(hrtime.bigint() - start) < ${factor} * took);`;
replace('js.ts', launches, `${launches} ${wait}`);
const time = "this.addon.time(this.launch, { cold: cache === 'flushed', launches }, samples);";
replace('native-session.ts', time, `${time} for (let i = 0; i < samples.length; i++) samples[i] *= ${factor};`);
const built = spawnSync(process.execPath, ['scripts/build.mjs'], { cwd: folder, stdio: 'inherit' });
process.exit(built.status ?? 1);
