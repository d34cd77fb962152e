/** LaTeX: a table of metrics over runs or points (booktabs), and the environment that places a figure with its caption. */
import type { Figure } from './figures/figure.ts';
import { formatMetric, possible } from './format.ts';
import type { SummaryRow } from './run-data.ts';

/** Text as text in LaTeX, whatever it contains; characters of the figures' texts that need a command get one. */
export function latex(text: string): string {
  return [...text].map((character) => COMMANDS[character] ?? character).join('');
}
const COMMANDS: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '{': '\\{',
  '}': '\\}',
  $: '\\$',
  '&': '\\&',
  '#': '\\#',
  '%': '\\%',
  _: '\\_',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
  '|': '\\textbar{}',
  '×': '$\\times$',
  '−': '$-$',
  '±': '$\\pm$',
  '∞': '$\\infty$',
  '≥': '$\\geq$',
  '≤': '$\\leq$',
  µ: '$\\mu$',
  '·': '$\\cdot$',
  '–': '--',
  '’': "'",
  '“': '``',
  '”': "''",
  '\u00a0': '~',
};

export interface PlacedFigure {
  /** File name without its end; also the label. */
  readonly name: string;
  readonly figure: Pick<Figure, 'title' | 'howToRead'>;
  /** "simulated, run 1f2e3d4c5b" */
  readonly source: string;
  /** Across both columns. */
  readonly wide: boolean;
}

export function latexFigure({ name, figure, source, wide }: PlacedFigure): string {
  const environment = wide ? 'figure*' : 'figure';
  return `\\begin{${environment}}
  \\centering
  \\includegraphics{${name}}
  \\caption{\\textbf{${latex(figure.title)}.} ${latex(figure.howToRead)} (${latex(source)})}
  \\label{fig:${name}}
\\end{${environment}}
`;
}

/** A row of the table: a run or a point, and one cell a metric. */
export interface MetricRow {
  readonly label: readonly string[];
  readonly cells: readonly (SummaryRow | null)[];
}

export interface MetricTable {
  /** Headings of what names a row, one or more. */
  readonly keys: readonly string[];
  /** Short headings of the metrics. */
  readonly headings: readonly string[];
  readonly rows: readonly MetricRow[];
  readonly caption: string;
}

/** Value with its 95% interval in brackets, where it has one. */
export function metricCell(row: SummaryRow | null): string {
  if (row === null || row.value === null) return '–';
  const value = formatMetric(row.value, row.unit);
  if (row.lo === null || row.hi === null || row.lo === row.hi) return value;
  const [lo, hi] = [row.lo, row.hi].map((bound) => formatMetric(possible(bound, row.unit), row.unit));
  // Equal as far as is shown: the interval of a number that does not depend on the seed.
  return lo === value && hi === value ? value : `${value} [${lo}, ${hi}]`;
}

/** A field's path is typeset as what one types. */
const name = (key: string): string => (/[._]/.test(key) ? `\\texttt{${latex(key)}}` : latex(key));

/** "5_000" is how a scenario groups digits, "5{,}000" how a paper does. */
const number = (label: string): string =>
  /^[+-]?\d{1,3}(_\d{3})+(\D|$)/.test(label) ? latex(label).replaceAll(/(?<=\d)\\_(?=\d{3})/g, '{,}') : latex(label);

/** Needs \usepackage{booktabs}. */
export function latexTable({ keys, headings, rows, caption }: MetricTable): string {
  const line = (cells: readonly string[]) => `    ${cells.join(' & ')} \\\\`;
  const body = rows.map(({ label, cells }) => line([...label.map(number), ...cells.map(metricCell).map(latex)]));
  return `% \\usepackage{booktabs}
\\begin{table}
  \\centering
  \\caption{${latex(caption)}}
  \\label{tab:mint-bench}
  \\begin{tabular}{${'l'.repeat(keys.length)}${'r'.repeat(headings.length)}}
    \\toprule
${line([...keys.map(name), ...headings.map(latex)])}
    \\midrule
${body.join('\n')}
    \\bottomrule
  \\end{tabular}
\\end{table}
`;
}
