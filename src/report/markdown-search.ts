/** summary.md of a search: its text as it is printed, and its figures. */
import { fence, figure, type MarkdownFigure, plain } from './markdown.ts';
import { SEARCHES, type SearchReport } from './search-report.ts';

export function markdownSearch(report: SearchReport, figures: readonly MarkdownFigure[]): string {
  const { name, kind, text, command } = report;
  const parts = [
    `# ${plain(`${name}: ${SEARCHES[kind]}`)}`,
    fence(text.trimEnd(), 'text'),
    ...(figures.length > 0 ? ['## Figures', ...figures.map(figure)] : []),
    'Simulated · again:',
    fence(command),
  ];
  return `${parts.join('\n\n')}\n`;
}
