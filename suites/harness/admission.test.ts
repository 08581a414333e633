import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EventBody } from '../../runners/events/event.ts';
import type { Experience } from '../../runners/matrix/experience.ts';
import type { RunOptions } from '../../runners/matrix/options.ts';
import type { PlannedCell } from '../../runners/matrix/plan.ts';
import { FOOTHOLD } from '../../runners/schedule/room.ts';
import { type Admitted, openAdmission } from './admission.ts';

/** Cells that are processes of this host and no guests: who is let in when is all that matters. */

let folder: string;
let burner: ChildProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'admission-'));
});
afterEach(() => {
  // Its group: the one that burns has another parent by now.
  if (burner?.pid) process.kill(-burner.pid, 'SIGKILL');
  burner = undefined;
  rmSync(folder, { recursive: true });
});

const little: Experience = { seconds: 100, cpuSeconds: 5, peakMemoryMiB: 20 };
const cellsOf = (count: number, arch: string, experience: Experience | undefined) =>
  Array.from({ length: count }, (_, index): PlannedCell => {
    return {
      cell: { id: `d${index}-${arch}-xfs`, distro: `d${index}`, arch, fs: 'xfs' },
      distribution: {} as PlannedCell['distribution'],
      filesystem: { type: 'xfs', on: 'disk' },
      archives: ['real'],
      knownFailures: [],
      expected: 100,
      expectedInstalled: 100,
      ...(experience ? { experience } : {}),
    };
  });

function opened(cells: readonly PlannedCell[], limits: Partial<RunOptions> = {}) {
  const events: EventBody[] = [];
  const user = new AbortController();
  const options = { keep: false, console: 'serial', cacheFolder: folder, outFolder: folder, ...limits } as const;
  const emit = (event: EventBody) => void events.push(event);
  const admission = openAdmission(cells, options, { emit, signal: user.signal });
  const told = <T extends EventBody['type']>(type: T) =>
    events.filter((event): event is Extract<EventBody, { type: T }> => event.type === type);
  return { admission, user, told };
}

const ended = ({ emit }: Admitted, { cell }: PlannedCell, phase: string) =>
  emit({ type: 'phase-ended', cell: cell.id, phase, seconds: 0, ok: true });

test('cells of an architecture wait until the first of them has its image, and hold nothing', async () => {
  const [first, second] = cellsOf(2, 'x86_64', little) as [PlannedCell, PlannedCell];
  const { admission, told } = opened([first, second], { cores: 1024 });
  const image = Promise.withResolvers<void>();
  const order: string[] = [];
  const one = admission.admit(first, async (given) => {
    order.push('first');
    await image.promise;
    order.push('image');
    ended(given, first, 'image');
    ended(given, first, 'boot-stub');
    await two;
  });
  const two = admission.admit(second, async () => void order.push('second'));
  await expect.poll(() => order).toContain('first');
  await sleep(100);
  expect(order).toEqual(['first']);
  image.resolve();
  await Promise.all([one, two]);
  expect(order).toEqual(['first', 'image', 'second']);
  expect(told('cell-admitted')).toMatchObject([{ basis: 'measured' }, { cores: 0.05, memoryMiB: 22 }]);
});

test('an emulated guest on one core boots when the one before is past its early boot', async () => {
  // Their images are there; the first has looked for its own.
  const [first, second] = cellsOf(2, 'riscv64', little) as [PlannedCell, PlannedCell];
  const { admission } = opened([first, second], { cores: 1 });
  const order: string[] = [];
  const booted = Promise.withResolvers<void>();
  const one = admission.admit(first, async (given) => {
    ended(given, first, 'image');
    expect(given.turn?.()).toBeUndefined();
    order.push('first boots');
    await booted.promise;
    order.push('first is up');
    ended(given, first, 'boot-stub');
    await two;
  });
  const two = admission.admit(second, async (given) => {
    await given.turn?.();
    order.push('second boots');
  });
  await expect.poll(() => order).toContain('first boots');
  await sleep(100);
  booted.resolve();
  await Promise.all([one, two]);
  expect(order).toEqual(['first boots', 'first is up', 'second boots']);
});

test('what was broken off waits no more', async () => {
  const cells = cellsOf(3, 'x86_64', little);
  const { admission, user, told } = opened(cells, { jobs: 1 });
  const { signal } = user;
  const work = async () => void (signal.aborted || (await once(signal, 'abort')));
  const works = cells.map((planned) => admission.admit(planned, work));
  await expect.poll(() => told('cell-admitted').length).toBe(1);
  const rest = works.slice(1).map((each) => Promise.race([each, sleep(100, 'waits' as const)]));
  expect(await Promise.all(rest)).toEqual(['waits', 'waits']);
  user.abort();
  await Promise.all(works);
  expect(told('cell-admitted')).toHaveLength(1);
});

test('a guest whose image took long boots in its turn: behind the one that has begun meanwhile', async () => {
  const [first, second] = cellsOf(2, 'riscv64', little) as [PlannedCell, PlannedCell];
  const { admission } = opened([first, second], { cores: 1 });
  const order: string[] = [];
  const secondUp = Promise.withResolvers<void>();
  const secondBoots = Promise.withResolvers<void>();
  const one = admission.admit(first, async (given) => {
    ended(given, first, 'image');
    // As long as its stand-in is being made, nobody waits for it.
    await secondBoots.promise;
    const turn = given.turn?.();
    order.push('first asks');
    await turn;
    order.push('first boots');
  });
  const two = admission.admit(second, async (given) => {
    await given.turn?.();
    order.push('second boots');
    secondBoots.resolve();
    await secondUp.promise;
    order.push('second is up');
    ended(given, second, 'boot-stub');
    await one;
  });
  await expect.poll(() => order, { timeout: 30_000 }).toContain('first asks');
  await sleep(100);
  secondUp.resolve();
  await Promise.all([one, two]);
  expect(order).toEqual(['second boots', 'first asks', 'second is up', 'first boots']);
});

test('eight cells asked for, while others compute: no more than fit, and all of them end', {
  timeout: 300_000,
}, async () => {
  // A tenth of a second of computing, however long that takes, and a word.
  const spin = "while (process.cpuUsage().user < 1e5);console.log('done');setTimeout(() => {}, 30_000)";
  // Its parent ends at once, so that it is none of ours; and it ends by itself, should nobody be left to end it.
  const foreign = 'for (const end = Date.now() + 30_000; Date.now() < end;);';
  burner = spawn('sh', ['-c', '"$0" -e "$1" & ', process.execPath, foreign], { detached: true, stdio: 'ignore' });
  const cells = cellsOf(8, 'x86_64', undefined);
  const { admission, told } = opened(cells, { jobs: 8 });
  /** How many ran when a cell was let in. */
  const beside = new Map<string, number>();
  let running = 0;
  let most = 0;
  await Promise.all(
    cells.map((planned) =>
      admission.admit(planned, async (given) => {
        beside.set(planned.cell.id, running);
        most = Math.max(most, ++running);
        const child = spawn(process.execPath, ['-e', spin], { stdio: ['ignore', 'pipe', 'ignore'] });
        given.uses?.(child.pid ?? 0);
        ended(given, planned, 'image');
        ended(given, planned, 'boot-stub');
        await once(child.stdout, 'data');
        given.emit({ type: 'check-ended', cell: planned.cell.id, check: 'c', status: 'passed', seconds: 1 });
        child.kill('SIGKILL');
        await once(child, 'exit');
        running -= 1;
        given.emit({ type: 'cell-ended', cell: planned.cell.id, status: 'passed', seconds: 1 });
      }),
    ),
  );
  const admitted = told('cell-admitted');
  expect(admitted).toHaveLength(8);
  expect(most).toBeLessThanOrEqual(Math.ceil(availableParallelism() / 0.8));
  const tight = admitted.filter(
    ({ cores, memoryMiB, free }) => free.cores < cores * FOOTHOLD - 0.01 || free.memoryMiB < memoryMiB,
  );
  // Where nothing is left, one runs alone.
  expect(tight.map(({ cell }) => beside.get(cell))).toEqual(tight.map(() => 0));
  for (const { cpuSeconds, peakMemoryMiB } of told('cell-usage')) {
    expect(cpuSeconds).toBeGreaterThanOrEqual(0.1);
    expect(peakMemoryMiB).toBeGreaterThan(5);
  }
  expect(told('cell-usage')).toHaveLength(8);
});

test('what an attempt took is told of it alone', async () => {
  const [planned] = cellsOf(1, 'x86_64', little) as [PlannedCell];
  const { admission, told } = opened([planned]);
  const spin = (seconds: number) =>
    `while (process.cpuUsage().user < ${seconds * 1e6});console.log('done');setInterval(() => {}, 1e6)`;
  await admission.admit(planned, async (given) => {
    for (const [index, seconds] of [1, 0.1].entries()) {
      given.emit({ type: 'cell-started', cell: planned.cell.id, rerun: '', attempt: index + 1 });
      const child = spawn(process.execPath, ['-e', spin(seconds)], { stdio: ['ignore', 'pipe', 'ignore'] });
      given.uses?.(child.pid ?? 0);
      await once(child.stdout, 'data');
      given.emit({ type: 'check-ended', cell: planned.cell.id, check: 'c', status: 'passed', seconds: 1 });
      child.kill('SIGKILL');
      await once(child, 'exit');
      given.emit({ type: 'cell-ended', cell: planned.cell.id, status: 'failed', seconds: 1 });
    }
  });
  const [first = 0, second = 0] = told('cell-usage').map(({ cpuSeconds }) => cpuSeconds);
  expect(first).toBeGreaterThanOrEqual(1);
  expect(second).toBeGreaterThanOrEqual(0.1);
  expect(second).toBeLessThan(first);
});
