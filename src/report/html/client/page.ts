/** The program of pages without tables to explore: sweeps, searches, the dashboard. The page says everything without it. */
import { copyButtons, themeToggle } from './page-controls.ts';
import { listenForLabels } from './tip.ts';

themeToggle();
copyButtons();
listenForLabels();
