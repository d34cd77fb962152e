// What the browser test asks of the page; runs inside it. The first two return sentences, one a problem.

/** Labels of a figure that lie on one another or leave the drawing. */
function labelProblems() {
  const found = [];
  for (const svg of document.querySelectorAll('.plot svg')) {
    const frame = svg.getBoundingClientRect();
    if (frame.width === 0) continue;
    const figure = svg.closest('figure').id;
    const labels = [...svg.querySelectorAll('text')]
      .map((text) => ({ text: text.textContent, box: text.getBoundingClientRect() }))
      .filter(({ text }) => text.trim() !== '');
    labels.forEach(({ text, box }, i) => {
      const outside =
        box.left < frame.left - 1 ||
        box.right > frame.right + 1 ||
        box.top < frame.top - 1 ||
        box.bottom > frame.bottom + 1;
      if (outside) found.push(`${figure}: “${text}” leaves the figure`);
      for (const other of labels.slice(i + 1)) {
        const across = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
        const down = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top);
        // A line box is taller than its letters: touching line boxes are not touching text.
        if (across > 1 && down > 4) found.push(`${figure}: “${text}” and “${other.text}”`);
      }
    });
  }
  return found;
}

/** Text of the page (figures apart: their colours are tested with the palette) below the 4.5:1 of WCAG AA. */
function contrastProblems() {
  const channel = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const luminance = ([r, g, b]) => 0.2126 * channel(r / 255) + 0.7152 * channel(g / 255) + 0.0722 * channel(b / 255);
  const parse = (color) => (color.match(/[\d.]+/g) ?? []).map(Number);
  const background = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const rgb = parse(getComputedStyle(at).backgroundColor);
      if (rgb.length === 3 || rgb[3] > 0.9) return rgb;
    }
    return [255, 255, 255];
  };
  const found = new Set();
  const selector = 'h1,h2,h3,p,td,th,li,dt,dd,a,button,span,.label,.value,.note,code,pre,summary,footer div';
  for (const element of document.querySelectorAll(selector)) {
    if (element.closest('svg') !== null || element.textContent.trim() === '') continue;
    if (element.getBoundingClientRect().width === 0) continue;
    const [front, back] = [parse(getComputedStyle(element).color), background(element)].map(luminance);
    const ratio = (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
    if (ratio < 4.5) found.add(`${element.tagName} .${element.className} ${ratio.toFixed(2)}`);
  }
  return [...found];
}

/** Computed colours of the page and of the first figure's background. */
function variant() {
  return [
    getComputedStyle(document.body).backgroundColor,
    getComputedStyle(document.querySelector('.plot .wide svg rect')).fill,
  ].join(' ');
}

globalThis.inPage = { labelProblems, contrastProblems, variant };
