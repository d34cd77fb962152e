/** summary.md of a study: the digest as GitHub-flavoured Markdown, small enough for a CI step summary. */
import { code, fence, figure, type MarkdownFigure, plain, table } from './markdown.ts';
import type { StudyDigest } from './study-digest.ts';

/** Rows of at most a few hundred bytes: far below the 1 MiB of a step summary. */
const MOST_ROWS = 500;

export function markdownStudy(digest: StudyDigest, hash: string, figures: readonly MarkdownFigure[]): string {
  const { name, sentence, notes, header, rows, numbersFrom, reproduce } = digest;
  const rest = rows.length > MOST_ROWS ? [`The first ${MOST_ROWS} of ${rows.length}; sweep.arrow holds all.`] : [];
  const parts = [
    `# ${plain(name)}`,
    plain(sentence),
    ...notes.map(plain),
    table(header, rows.slice(0, MOST_ROWS), numbersFrom),
    ...rest,
    ...(figures.length > 0 ? ['## Figures', ...figures.map(figure)] : []),
    `Simulated · study ${code(hash)} · again:`,
    fence(reproduce),
  ];
  return `${parts.join('\n\n')}\n`;
}
