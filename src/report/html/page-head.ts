/**
 * The start of every page, up to its body. The policy allows no network and no script but the page's own, by its hash.
 */
import { createHash } from 'node:crypto';
import { text } from './escape.ts';
import { style } from './style.ts';

/** @param program the page's one script; null for a page without */
export function pageHead(title: string, program: string | null): string {
  const hash = program === null ? null : createHash('sha256').update(program).digest('base64');
  const script = hash === null ? '' : ` script-src 'sha256-${hash}';`;
  const policy = `default-src 'none';${script} style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="mint-bench">
<title>${text(title)}</title>
<style>${style()}</style>
</head>`;
}
