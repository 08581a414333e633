/** The script of the report. All that it starts with stands in the page already; the rest is unpacked when it is looked at. */

import { listenForCopies } from './bits.ts';
import { showCell } from './cell.ts';
import { showHistory } from './history.ts';
import { startKeys } from './keys.ts';
import { startMatrix } from './matrix.ts';
import { startRouter } from './router.ts';
import { showSchedule } from './schedule.ts';
import { startTheme } from './theme.ts';

const { title } = document;
const titled = () => {
  document.title = title;
};

document.documentElement.classList.add('js');
startTheme();
startMatrix();
listenForCopies();
startKeys();
startRouter({
  overview: titled,
  run: titled,
  schedule: () => {
    titled();
    void showSchedule();
  },
  history: () => {
    titled();
    showHistory();
  },
  cell: (index) => void showCell(index),
});
// For who measures: the page answers from here on.
performance.mark('usable');
