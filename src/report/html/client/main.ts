/**
 * The page's program, bundled with Vega into one script (scripts/build.mjs) whose hash stands in the page's content security
 * policy. The page says everything without it; with it, a reader can ask further.
 */
import { exploreCharts } from './charts.ts';
import { byId } from './element.ts';
import { liveFigures } from './figures.ts';
import { openFiles } from './files.ts';
import { copyButtons, themeToggle } from './page-controls.ts';
import { changed, state } from './state.ts';
import { liveTables } from './tables.ts';
import { listenForLabels } from './tip.ts';

themeToggle();
copyButtons();
listenForLabels();
for (const element of document.querySelectorAll<HTMLElement>('.needs-script')) element.hidden = false;

// Boxes of cohorts that only another run has come later.
byId('cohort-choice').addEventListener('change', (event) => {
  const box = event.target as HTMLInputElement;
  if (box.checked) state.cohorts.add(box.value);
  else state.cohorts.delete(box.value);
  changed();
});
byId('cohort-all').addEventListener('click', () => {
  for (const box of document.querySelectorAll<HTMLInputElement>('#cohort-choice input')) {
    box.checked = true;
    state.cohorts.add(box.value);
  }
  changed();
});

liveTables();
liveFigures();
openFiles();
exploreCharts();
