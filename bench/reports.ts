/**
 * How reports grow with the number of cells: folding the record of a run of 2,500 to 10,000 cells, writing it down in a history
 * of 100 such runs, asking that history, and making junit.xml and summary.md. The yardstick is `JSON.parse` of the same record:
 * whoever makes anything of it has to read it. Prints CPU time and memory of each piece and how the time grows, and the size of the
 * history.
 *
 *     node --expose-gc bench/reports.ts [CELLS [RUNS]]
 */
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compareRuns } from '../reports/compare/compare.ts';
import { foldRun, type RunResult } from '../reports/fold.ts';
import { runFolder, runId } from '../reports/folder.ts';
import { HISTORY, openHistory } from '../reports/history/history.ts';
import { junitXml } from '../reports/junit/junit.ts';
import { summaryMarkdown } from '../reports/markdown/summary.ts';
import { readRun } from '../reports/run-record.ts';
import type { EventBody, RunEvent } from '../runners/events/event.ts';
import { growthHead, growthLine, measure } from './growth.ts';

const [cellsGiven = '10000', runsGiven = '100'] = process.argv.slice(2);
const [largest, runs] = [Number(cellsGiven), Number(runsGiven)];
const sizes = [4, 2, 1].map((part) => Math.round(largest / part));
const checks = Array.from({ length: 18 }, (_, index) => `what a cell must show, number ${index}`);
const phases = ['image', 'store', 'boot-stub', 'install', 'shutdown', 'keep', 'boot-installed', 'reboot', 'power-off'];
const day = 86_400_000;
const start = Date.UTC(2026, 0, 1);

/** The events of a night: as many of each kind as a real cell has; one cell in fifty fails, and every other of those is retried. */
function* eventsOf(cells: number, night: number): Generator<RunEvent> {
  let time = start + night * day;
  const event = (body: EventBody) => {
    time += 10;
    return { time, ...body } as RunEvent;
  };
  const run = runId(new Date(time), Buffer.from([night >> 8, night & 255]));
  const names = Array.from({ length: cells }, (_, index) => {
    const [distro, arch, fs] = [`distro${Math.floor(index / 15)}`, `arch${index % 3}`, `fs${index % 5}`];
    return { id: `${distro}-${arch}-${fs}`, distro, arch, fs };
  });
  yield event({ type: 'run-started', run, cells: names, properties: { commit: 'c'.repeat(40), hostname: 'bench' } });
  for (const [index, { id: cell, distro }] of names.entries()) {
    const failing = (index + night * 7) % 50 === 0;
    const attempts = failing && index % 2 === 0 ? 2 : 1;
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
      const fails = failing && attempt === 1;
      yield event({ type: 'cell-started', cell, rerun: `./stub-matrix run --cell ${cell}`, attempt });
      yield event({ type: 'cell-archive', cell, archive: 'real' });
      const facts = {
        archive: `Release of night ${night}`,
        image: `key-${night % 10}`,
        'installed kernel': `6.12.${night}`,
        cpu: distro,
      };
      for (const [name, value] of Object.entries(facts)) yield event({ type: 'cell-fact', cell, name, value });
      yield event({ type: 'attachment', cell, name: 'console', path: `/nowhere/${run}/cells/${cell}/console.log` });
      for (const phase of phases) {
        yield event({ type: 'phase-started', cell, phase });
        yield event({ type: 'phase-progress', cell, phase, text: 'step 3 of 7' });
        yield event({ type: 'phase-ended', cell, phase, seconds: 10 + ((index * night) % 7), ok: true });
      }
      for (const [place, check] of checks.entries()) {
        const bad = fails && place === 17;
        const reason = bad ? { reason: { code: 'panic', message: 'the kernel panicked' } } : {};
        yield event({ type: 'check-ended', cell, check, status: bad ? 'failed' : 'passed', seconds: 1, ...reason });
      }
      yield event({ type: 'cell-usage', cell, peakMemoryMiB: 2000 + (index % 100), cpuSeconds: 300 });
      yield event({ type: 'cell-ended', cell, status: fails ? 'failed' : 'passed', seconds: 90 });
    }
  }
  yield event({ type: 'run-ended', interrupted: false });
}

/** A night of history: the last one's result with other facts, times and faults, since to write and fold all their records takes hours. */
function nightOf(result: RunResult, night: number): RunResult {
  const startedAt = start + night * day;
  const { length } = result.cells;
  const cells = result.cells.map((cell, index) => {
    // Whose fault it is goes round.
    const { status, flaky, attempts, signature } = result.cells[(index + night * 7) % length] ?? cell;
    const facts = { ...cell.facts, archive: `Release of night ${night}`, 'installed kernel': `6.12.${night}` };
    return { ...cell, status, flaky, attempts, signature, facts, startedAt };
  });
  return {
    ...result,
    run: runId(new Date(startedAt), Buffer.from([night >> 8, night & 255])),
    startedAt,
    endedAt: startedAt + day / 4,
    cells,
  };
}

const root = mkdtempSync(join(tmpdir(), 'bench-reports-'));
try {
  const lastNight = runs;
  const folders = sizes.map((cells) => {
    const out = join(root, String(cells));
    const events = [...eventsOf(cells, lastNight)];
    const [first] = events;
    const folder = runFolder(out, first?.type === 'run-started' ? first.run : '');
    mkdirSync(folder.path, { recursive: true, mode: 0o700 });
    writeFileSync(folder.events, events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    return { out, folder, lines: events.map((event) => JSON.stringify(event)) };
  });
  console.log(growthHead(sizes));
  const line = (name: string, work: (place: number) => unknown, times = 2) =>
    console.log(
      growthLine(
        name,
        sizes,
        sizes.map((_, place) => measure(() => work(place), times)),
      ),
    );
  const at = (place: number) => folders[place] as (typeof folders)[number];

  line('JSON.parse (yardstick)', (place) => at(place).lines.map((text) => JSON.parse(text)));
  line('reading the record', (place) => readRun(at(place).folder.path));
  const events = sizes.map((_, place) => readRun(at(place).folder.path));
  line('folding it', (place) => foldRun(events[place] ?? []));
  const results = events.map((each): RunResult => foldRun(each));
  events.splice(0);

  const histories = sizes.map((_, place) => {
    const history = openHistory(join(at(place).out, HISTORY), { recording: at(place).folder.id });
    for (let night = 0; night < runs - 1; night += 1) history.record(nightOf(results[place] as RunResult, night));
    return history;
  });
  const of = (place: number) => histories[place] as (typeof histories)[number];
  const result = (place: number) => results[place] as RunResult;
  const ids = (place: number) => result(place).cells.map(({ cell }) => cell.id);
  line(`one run more of ${runs}`, (place) => of(place).record(result(place)));
  line('experience of all cells', (place) => of(place).experience(ids(place)));
  line('the last good of all cells', (place) =>
    ids(place).map((id) => of(place).lastGood(id, { before: result(place).startedAt })),
  );
  line('flakiness over all runs', (place) => of(place).flakiness(runs), 1);
  line('a trend over all runs', (place) => of(place).trend(runs), 1);
  line('junit.xml', (place) => junitXml(result(place), () => 'console\n'), 1);
  line('summary.md', (place) =>
    summaryMarkdown(result(place), ({ cell }) => of(place).lastGood(cell.id, { before: result(place).startedAt })),
  );
  line(
    'comparing it with itself',
    (place) => compareRuns(result(place), result(place), (cell) => of(place).ofCell(cell, 30)),
    1,
  );
  for (const history of histories) history[Symbol.dispose]();
  const mib = (path: string) => `${(statSync(path).size / 2 ** 20).toFixed(0)} MiB`.padStart(18);
  console.log(`${'the record'.padEnd(30)}${folders.map(({ folder }) => mib(folder.events)).join('')}`);
  console.log(
    `${`the history of ${runs} runs`.padEnd(30)}${folders.map(({ out }) => mib(join(out, HISTORY))).join('')}`,
  );
  console.log(`memory at its highest: ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`);
} finally {
  rmSync(root, { recursive: true });
}
