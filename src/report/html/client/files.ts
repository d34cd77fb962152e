/** Runs and figures from the reader's disk: chosen with a button or dropped on the page, listed, and removed again. */
import { MOST_BYTES, readOpened } from '../explore/read-file.ts';
import { byId, element } from './element.ts';
import { changed, labelOf, own, state } from './state.ts';

/** More would be a page nobody can read. */
const MOST_RUNS = 4;

const say = (text: string): void => {
  byId('compare-say').textContent = text;
};

export function openFiles(): void {
  const input = byId<HTMLInputElement>('compare-file');
  input.addEventListener('change', () => {
    void open([...(input.files ?? [])]).then(() => {
      input.value = '';
    });
  });
  const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;
  document.addEventListener('dragover', (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    document.body.classList.add('dropping');
  });
  document.addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) document.body.classList.remove('dropping');
  });
  document.addEventListener('drop', (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    document.body.classList.remove('dropping');
    void open([...event.dataTransfer!.files]);
  });
}

async function open(files: readonly File[]): Promise<void> {
  const problems: string[] = [];
  for (const file of files) {
    try {
      await take(file);
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  say(problems.length > 0 ? `${problems.join('. ')}.` : '');
  list();
  changed();
}

async function take(file: File): Promise<void> {
  if (file.size > MOST_BYTES) throw new Error(`${file.name} is larger than any report`);
  const opened = readOpened(file.name, await file.text());
  if (opened.kind === 'figure') {
    if (!Object.hasOwn(own.figures, opened.id))
      throw new Error(
        `${file.name} is not named after a figure of this page (such as ${Object.keys(own.figures)[0] ?? 'none'}.csv)`,
      );
    state.figures.push({ id: opened.id, label: file.name, rows: opened.rows });
    return;
  }
  if (state.others.length === MOST_RUNS)
    throw new Error(`${file.name} was left out: ${MOST_RUNS} runs beside this one are enough`);
  state.others.push({ label: labelOf(opened.run), run: opened.run });
  for (const cohort of opened.run.cohorts) offerCohort(cohort);
}

/** A cohort that only another run has gets a box of its own. */
function offerCohort(cohort: string): void {
  const boxes = [...document.querySelectorAll<HTMLInputElement>('#cohort-choice input')];
  if (boxes.some(({ value }) => value === cohort)) return;
  const box = element('input', { type: 'checkbox', value: cohort });
  box.checked = true;
  state.cohorts.add(cohort);
  byId('cohort-all').before(element('label', {}, box, ` ${cohort}`));
}

function list(): void {
  byId('runs').replaceChildren(
    ...state.others.map((other, i) => {
      const id = `other-command-${i}`;
      const command =
        other.run.command === ''
          ? []
          : [element('code', { id }, other.run.command), button('Copy', { 'data-copy': id })];
      return element(
        'li',
        {},
        element('b', {}, other.label),
        ...command,
        remove(other.label, () => state.others.splice(i, 1)),
      );
    }),
    ...state.figures.map((figure, i) =>
      element(
        'li',
        {},
        element('b', {}, figure.label),
        ' in its figure below',
        remove(figure.label, () => state.figures.splice(i, 1)),
      ),
    ),
  );
}

function remove(label: string, action: () => void): HTMLButtonElement {
  const made = button('Remove', { 'aria-label': `Remove ${label}` });
  made.addEventListener('click', () => {
    action();
    list();
    changed();
    byId('compare-file').focus();
  });
  return made;
}

const button = (text: string, attributes: Record<string, string>) =>
  element('button', { type: 'button', ...attributes }, text);
