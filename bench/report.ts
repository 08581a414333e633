/**
 * What the HTML report costs, and how that grows: runs of 100 … 10,000 cells, each after 100 others. Time and memory of a process
 * that reads a record, folds it, reads a hundred runs of history and writes the page; the size of the page; and how soon
 * Chromium has it usable, opens a cell, the schedule and the history. Each in a process of its own, so that nothing is warm.
 *
 *     node bench/report.ts [CELLS…]
 */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { foldRun } from '../reports/fold.ts';
import { openBrowser } from '../reports/html/browser/chromium.test-support.ts';
import type { SampleSize } from '../reports/html/fixture/cells.ts';
import { sampleEvents } from '../reports/html/fixture/events.ts';
import { sampleRows, sampleRuns } from '../reports/html/fixture/history.ts';
import { writeHtml } from '../reports/html/write.ts';
import { readEvents } from '../reports/record.ts';
import { run } from '../runners/process/command.ts';

const RUNS = 100;
const SIZES: Readonly<Record<number, SampleSize>> = {
  100: { distros: 10, arches: 2, filesystems: 5, runs: RUNS, seed: 5 },
  1000: { distros: 50, arches: 4, filesystems: 5, runs: RUNS, seed: 5 },
  3000: { distros: 100, arches: 5, filesystems: 6, runs: RUNS, seed: 5 },
  10000: { distros: 200, arches: 5, filesystems: 10, runs: RUNS, seed: 5 },
};

const sizeOf = (cells: number): SampleSize => {
  const size = SIZES[cells];
  if (!size) throw new Error(`${cells}: the sizes are ${Object.keys(SIZES).join(', ')}`);
  return size;
};

const MB = 1e6;
/** What work gives, and the CPU time it took, in seconds: that of a wall clock says more about who else uses this host. */
const timed = async <T>(work: () => T | Promise<T>): Promise<[T, number]> => {
  const start = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(start);
  return [result, (user + system) / 1e6];
};

/** The stages, each run in a process of its own by its name. What one returns is printed as JSON. */
const STAGES: Readonly<Record<string, (cells: number, folder: string) => unknown>> = {
  /** The record and the consoles of the sample: what the runners would have left. */
  record(cells, folder) {
    const events = sampleEvents(sizeOf(cells), folder);
    writeFileSync(join(folder, 'events.ndjson'), `${events.map((each) => JSON.stringify(each)).join('\n')}\n`);
    return { events: events.length };
  },
  async report(cells, folder) {
    const size = sizeOf(cells);
    const file = join(folder, 'index.html');
    const [events, reading] = await timed(() => readEvents(join(folder, 'events.ndjson')));
    const [result, folding] = await timed(() => foldRun(events));
    events.length = 0;
    const before = process.memoryUsage().rss;
    const [, writing] = await timed(() => writeHtml(result, { runs: sampleRuns(size), cells: sampleRows(size) }, file));
    const peak = process.resourceUsage().maxRSS / 1000;
    // The rows are made as they are asked for, as a database would hand them out; what that alone takes is not the report's.
    let rows = 0;
    const [, making] = await timed(() => {
      for (const _ of sampleRows(size)) rows += 1;
    });
    return {
      ...{ rows, reading, folding, making, writing },
      ...{ before: before / MB, peak, bytes: statSync(file).size / MB },
    };
  },
  async browse(_, folder) {
    await using browser = await openBrowser();
    const [page = await browser.context.newPage()] = browser.context.pages();
    const address = String(pathToFileURL(join(folder, 'index.html')));
    /** Milliseconds from a change of the address until what it asks for is there and painted. */
    const until = async (hash: string, there: string) => {
      const start = performance.now();
      await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
      await page.waitForSelector(there);
      await page.evaluate('new Promise((done) => requestAnimationFrame(() => setTimeout(done)))');
      return performance.now() - start;
    };
    await page.goto('about:blank');
    await page.goto(address);
    const usable = Number(await page.evaluate('performance.getEntriesByName("usable")[0].startTime'));
    const painted = Number(
      await page.evaluate('performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? NaN'),
    );
    const session = await browser.context.newCDPSession(page);
    const { usedSize } = await session.send('Runtime.getHeapUsage');
    const { metrics } = await session.send('Performance.enable').then(() => session.send('Performance.getMetrics'));
    const nodes = metrics.find(({ name }) => name === 'Nodes')?.value;
    const id = String(await page.evaluate('document.querySelector(".cells a").textContent'));
    const cell = await until(`#cell/${id}`, '.cell .siblings');
    const schedule = await until('#schedule', '.slot');
    const history = await until('#history', '.records tr:nth-child(9)');
    const start = performance.now();
    await page.evaluate('location.hash = "#overview"');
    await page.locator('#filter').fill('riscv64');
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => setTimeout(done)))');
    return { usable, painted, heap: usedSize / MB, nodes, cell, schedule, history, filter: performance.now() - start };
  },
};

async function inOwnProcess(stage: string, cells: number, folder: string): Promise<Record<string, number>> {
  const { stdout } = await run([process.execPath, import.meta.filename, '--stage', stage, String(cells), folder]);
  return JSON.parse(stdout);
}

const [first, stage = '', count = '0', given = ''] = process.argv.slice(2);
if (first === '--stage') {
  console.log(JSON.stringify(await STAGES[stage]?.(Number(count), given)));
} else {
  const chosen = process.argv.slice(2).map(Number);
  for (const cells of chosen.length > 0 ? chosen : Object.keys(SIZES).map(Number)) {
    const folder = mkdtempSync(join(tmpdir(), 'bench-report-'));
    try {
      const { events } = await inOwnProcess('record', cells, folder);
      const made = await inOwnProcess('report', cells, folder);
      const seen = await inOwnProcess('browse', cells, folder);
      const seconds = (name: string) => `${made[name]?.toFixed(2)} s`;
      const ms = (name: string) => `${seen[name]?.toFixed(0)} ms`;
      console.log(`${cells} cells, ${events} events, ${made.rows} rows of history`);
      console.log(
        `  made in     ${seconds('writing')} of CPU time, of which ${seconds('making')} to make up the history; before that, reading the record ${seconds('reading')}, folding ${seconds('folding')}`,
      );
      console.log(
        `  memory      ${made.peak?.toFixed(0)} MB at most; ${made.before?.toFixed(0)} MB before it was made`,
      );
      console.log(`  page        ${made.bytes?.toFixed(1)} MB`);
      console.log(
        `  in Chromium usable after ${ms('usable')}, painted ${ms('painted')}; ${seen.heap?.toFixed(0)} MB of heap, ${seen.nodes} nodes`,
      );
      console.log(
        `  then        a cell ${ms('cell')}, the schedule ${ms('schedule')}, the history ${ms('history')}, a filter ${ms('filter')}`,
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}
