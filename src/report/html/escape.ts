/** The only ways in which text enters the page. */

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for an element's content or a quoted attribute. */
export const text = (value: unknown): string => String(value).replace(/[&<>"']/g, (character) => ENTITIES[character]);

/** Bytes as a data URL that a link can download: a page opened from file:// has nothing else to point to. */
export const dataUrl = (type: string, content: string): string =>
  `data:${type};base64,${Buffer.from(content, 'utf8').toString('base64')}`;
