/** The page's one tooltip. */
const tip = document.getElementById('tip')!;

export function showTip(text: string, x: number, y: number): void {
  tip.hidden = false;
  tip.textContent = text;
  const { width, height } = tip.getBoundingClientRect();
  tip.style.left = `${Math.max(6, Math.min(innerWidth - width - 6, x - width / 2))}px`;
  tip.style.top = `${y - height - 14 > 0 ? y - height - 14 : y + 18}px`;
}

export function hideTip(): void {
  tip.hidden = true;
}

/** Marks of a drawing that is no live one carry their text as a label. */
export function listenForLabels(): void {
  document.addEventListener('pointermove', (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const mark = target?.closest('.plot [role="graphics-symbol"][aria-label]');
    if (mark) showTip(mark.getAttribute('aria-label') ?? '', event.clientX, event.clientY);
    else if (target?.closest('.live, .canvas') === null) hideTip();
  });
}
