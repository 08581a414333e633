import type { ArchiveKind, CellName, EventBody, Reason, RunEvent } from '../runners/events/event.ts';

export const xfs: CellName = { id: 'debian13-x86_64-xfs', distro: 'debian13', arch: 'x86_64', fs: 'xfs' };
export const ext4: CellName = { id: 'debian12-x86_64-ext4', distro: 'debian12', arch: 'x86_64', fs: 'ext4' };

/** 2026-11-23T14:15:02Z, when the sample runs start. */
export const noon = Date.UTC(2026, 10, 23, 14, 15, 2);

/** Stamps events a second apart. */
export function stamped(...bodies: EventBody[]): RunEvent[] {
  return bodies.map((body, index) => ({ time: noon + index * 1000, ...body }) as RunEvent);
}

export const started = (...cells: CellName[]): EventBody => ({
  type: 'run-started',
  run: '20261123-141502-4f2a',
  cells,
  properties: { commit: '888913e', hostname: 'bench' },
});
/** The same where the cells are expected to take so many seconds each. */
export const startedExpecting = (jobs: number, seconds: number, ...cells: CellName[]): EventBody =>
  ({
    ...started(...cells),
    expected: { jobs, seconds: Object.fromEntries(cells.map(({ id }) => [id, seconds])) },
  }) as EventBody;
export const cellStarted = (cell: CellName): EventBody => ({
  type: 'cell-started',
  cell: cell.id,
  rerun: `./stub-matrix run --cell ${cell.id}`,
});
export const passed = (cell: CellName, check: string): EventBody => ({
  type: 'check-ended',
  cell: cell.id,
  check,
  status: 'passed',
  seconds: 1.23456,
});
export const broken = (cell: CellName, check: string, status: 'failed' | 'error', code: string): EventBody => ({
  type: 'check-ended',
  cell: cell.id,
  check,
  status,
  seconds: 62,
  reason: { code, message: `waited 60 s for ${check}`, hint: 'look at the console', command: 'less console.log' },
});
export const known = (cell: CellName, check: string): EventBody => ({
  type: 'check-ended',
  cell: cell.id,
  check,
  status: 'known',
  seconds: 62,
  reason: { code: 'known-failure', message: 'known until 2027-03-31: no luck (https://bugs.example/1)' },
});
export const cellArchive = (cell: CellName, archive: ArchiveKind): EventBody => ({
  type: 'cell-archive',
  cell: cell.id,
  archive,
});
export const cellEnded = (cell: CellName, status: 'passed' | 'failed' | 'error' | 'known'): EventBody => ({
  type: 'cell-ended',
  cell: cell.id,
  status,
  seconds: 754,
});
export const resumed = (...cells: CellName[]): EventBody => ({ type: 'run-resumed', cells: cells.map(({ id }) => id) });
export const ended = (interrupted = false, reason?: Reason): EventBody => ({
  type: 'run-ended',
  interrupted,
  ...(reason ? { reason } : {}),
});
