/** Controls of the page itself: variant toggle and copy buttons. */
const root = document.documentElement;
const KEY = 'mint-bench-theme';

export function themeToggle(): void {
  const toggle = document.getElementById('theme') as HTMLButtonElement;
  const stored = remember();
  if (stored === 'dark' || stored === 'light') root.dataset.theme = stored;
  const dark = () =>
    (root.dataset.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark';
  const label = () => {
    toggle.textContent = dark() ? 'Light' : 'Dark';
  };
  toggle.hidden = false;
  label();
  toggle.addEventListener('click', () => {
    root.dataset.theme = dark() ? 'light' : 'dark';
    remember(root.dataset.theme);
    label();
  });
}

/** A page from file:// may have no storage: then the choice lasts as long as the page. */
function remember(value?: string): string | null {
  try {
    if (value !== undefined) localStorage.setItem(KEY, value);
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** Every button that names the element it copies, now or later. */
export function copyButtons(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-copy]')) button.hidden = false;
  document.addEventListener('click', (event) => {
    const button =
      event.target instanceof Element ? event.target.closest<HTMLButtonElement>('button[data-copy]') : null;
    if (button) void copy(button, document.getElementById(button.dataset.copy!)!);
  });
}

async function copy(button: HTMLButtonElement, source: HTMLElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(source.textContent ?? '');
  } catch {
    const range = document.createRange();
    range.selectNodeContents(source);
    getSelection()?.removeAllRanges();
    getSelection()?.addRange(range);
    document.execCommand('copy');
  }
  const label = button.textContent;
  button.textContent = 'Copied';
  setTimeout(() => {
    button.textContent = label === 'Copied' ? 'Copy' : label;
  }, 1500);
}
