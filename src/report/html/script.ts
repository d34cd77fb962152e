/**
 * The page's script: variant toggle, copy buttons, filter of the metric table, tooltips from the text that marks carry. The page
 * says everything without it. Kept as a string because it runs in the reader's browser; its hash stands in the page's content
 * security policy, so no other script runs.
 */
export const SCRIPT = `'use strict';
(() => {
  const root = document.documentElement;
  const stored = (() => { try { return localStorage.getItem('mint-bench-theme'); } catch { return null; } })();
  if (stored === 'dark' || stored === 'light') root.dataset.theme = stored;
  const dark = () => (root.dataset.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark';
  const toggle = document.getElementById('theme');
  const label = () => { toggle.textContent = dark() ? 'Light' : 'Dark'; };
  toggle.hidden = false;
  label();
  toggle.addEventListener('click', () => {
    root.dataset.theme = dark() ? 'light' : 'dark';
    try { localStorage.setItem('mint-bench-theme', root.dataset.theme); } catch {}
    label();
  });
  for (const button of document.querySelectorAll('button[data-copy]')) {
    button.hidden = false;
    button.addEventListener('click', async () => {
      const source = document.getElementById(button.dataset.copy);
      try {
        await navigator.clipboard.writeText(source.textContent);
      } catch {
        const range = document.createRange();
        range.selectNodeContents(source);
        getSelection().removeAllRanges();
        getSelection().addRange(range);
        document.execCommand('copy');
      }
      button.textContent = 'Copied';
      setTimeout(() => { button.textContent = 'Copy'; }, 1500);
    });
  }
  const filter = document.getElementById('filter');
  if (filter !== null) {
    const rows = [...document.querySelectorAll('#metrics tbody tr')];
    filter.hidden = false;
    filter.addEventListener('input', () => {
      const words = filter.value.toLowerCase().split(/\\s+/);
      for (const row of rows) row.hidden = !words.every((word) => row.textContent.toLowerCase().includes(word));
    });
  }
  const tip = document.getElementById('tip');
  document.addEventListener('pointermove', (event) => {
    const mark = event.target instanceof Element ? event.target.closest('.plot [role="graphics-symbol"][aria-label]') : null;
    tip.hidden = mark === null;
    if (mark === null) return;
    tip.textContent = mark.getAttribute('aria-label');
    const { width, height } = tip.getBoundingClientRect();
    tip.style.left = Math.max(6, Math.min(innerWidth - width - 6, event.clientX - width / 2)) + 'px';
    tip.style.top = (event.clientY - height - 14 > 0 ? event.clientY - height - 14 : event.clientY + 18) + 'px';
  });
})();
`;
