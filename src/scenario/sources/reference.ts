/** One work that the tool takes a policy, a law, a number or a form of figure from. */
export interface Reference {
  readonly type: 'article' | 'inproceedings' | 'techreport' | 'book' | 'misc';
  readonly title: string;
  /** "Given Family", in order; `others` ends a list that is cut off. Organisations stand in CORPORATE of report/bibtex.ts. */
  readonly authors: readonly string[];
  readonly year: number;
  /** Journal, proceedings, institution or publisher. */
  readonly venue: string;
  /** Volume, number and pages as `26(3), 65–76` where there are such. */
  readonly volume?: string;
  readonly number?: string;
  readonly pages?: string;
  readonly doi?: string;
  readonly arxiv?: string;
  readonly url?: string;
  /** How `source` texts name it: any of these words inside a text points here. */
  readonly cited: readonly RegExp[];
}
