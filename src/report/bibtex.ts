/** References → BibTeX, in ASCII with the accents that the names need, one entry a work, sorted by key. */
import type { Reference } from '../scenario/sources/reference.ts';
import { latex } from './latex.ts';

const ACCENTS: Readonly<Record<string, string>> = {
  '\u0301': "\\'",
  '\u0300': '\\`',
  '\u0308': '\\"',
  '\u0302': '\\^',
  '\u0303': '\\~',
};

/** "Corbató" → "Corbat{\'o}": BibTeX counts what is in braces as one letter. */
export function ascii(text: string): string {
  return latex(text)
    .normalize('NFD')
    .replace(/(\p{L})([\u0300-\u036f])/gu, (_, letter, mark) => `{${ACCENTS[mark] ?? ''}${letter}}`);
}

const VENUE: Readonly<Record<Reference['type'], string>> = {
  article: 'journal',
  inproceedings: 'booktitle',
  techreport: 'institution',
  book: 'publisher',
  misc: 'howpublished',
};

/** Authors that are no persons: BibTeX would take their last word for a family name. */
const CORPORATE: ReadonlySet<string> = new Set(['Mind Lab', 'NVIDIA']);

/** A title in braces keeps its capitals in every bibliography style. */
export function bibtex(entries: readonly (readonly [key: string, reference: Reference])[]): string {
  return [...entries]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, reference]) => entry(key, reference))
    .join('\n');
}

function entry(
  key: string,
  { type, title, authors, year, venue, volume, number, pages, doi, arxiv, url }: Reference,
): string {
  const fields: [string, string | undefined][] = [
    ['title', `{${ascii(title)}}`],
    ['author', authors.map((name) => (CORPORATE.has(name) ? `{${name}}` : ascii(name))).join(' and ')],
    ['year', String(year)],
    [VENUE[type], venue === 'arXiv' ? undefined : ascii(venue)],
    ['volume', volume],
    ['number', number],
    ['pages', pages],
    ['doi', doi],
    ['eprint', arxiv],
    ['archiveprefix', arxiv === undefined ? undefined : 'arXiv'],
    ['url', url ?? (doi === undefined && arxiv !== undefined ? `https://arxiv.org/abs/${arxiv}` : undefined)],
  ];
  const lines = fields.filter(([, value]) => value !== undefined).map(([name, value]) => `  ${name} = {${value}},\n`);
  return `@${type}{${key},\n${lines.join('')}}\n`;
}
