import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { installInputsOf } from '../../image/install-inputs.ts';
import { loadMatrix } from '../matrix/load.ts';
import { makePlan, type PlannedCell } from '../matrix/plan.ts';
import type { Json } from '../store/inputs.ts';
import type { CellArchive } from './archive.ts';
import { whatExists } from './existing.ts';
import { foresee } from './foresee.ts';
import { installInputs } from './install-inputs.ts';
import { INSTALLED } from './installation.ts';
import { storeOf } from './store.ts';

let cacheFolder: string;
beforeEach(() => {
  cacheFolder = mkdtempSync(join(tmpdir(), 'foresee-'));
});
afterEach(() => rmSync(cacheFolder, { recursive: true }));

const DATE = '2026-09-05T09:12:33Z';
const ARCHIVE: CellArchive = {
  kind: 'real',
  ...{ codename: 'trixie', version: '13.1', date: DATE },
  ...{ uri: 'http://a/debian', from: 'a test' },
  ...{ securityUri: 'http://a/security', securityDate: DATE, securityFrom: 'a test' },
};
const { run } = makePlan(loadMatrix(), whatExists({}), {
  selection: { cell: ['debian12-x86_64-xfs', 'debian13-x86_64-xfs'] },
});
const [longer, shorter] = run as readonly [PlannedCell, PlannedCell];

/** Puts a disk into the store as a run of this cell would, but for a change to what it was made of. */
async function keep(planned: PlannedCell, change: Readonly<Record<string, Json>> = {}): Promise<void> {
  const stub = await installInputsOf(planned.cell.distro, '2026-09-01');
  const inputs = { ...installInputs(planned, ARCHIVE, {}, stub), ...change };
  const fill = async (folder: string) => writeFileSync(join(folder, 'disk.qcow2'), 'disk');
  (await storeOf({ cacheFolder }).obtain(INSTALLED, inputs, fill, { label: planned.cell.id })).release();
}

test('a cell whose disk is kept is expected to boot it, and is no longer among the long ones', async () => {
  expect(await foresee(run, { cacheFolder })).toEqual(run);
  await keep(longer);
  expect(await foresee(run, { cacheFolder })).toEqual([
    shorter,
    { ...longer, expected: longer.expectedInstalled, expectedAnew: longer.expected },
  ]);
});

test.each<[string, Partial<Parameters<typeof foresee>[1]>]>([
  ['everything is made anew', { fresh: true }],
  ['it starts at the shell of stub, which installs', { from: 'shell' }],
  ['the image is somebody else’s', { image: '/some/stub.squashfs' }],
  ['another tool is to bootstrap', { bootstrap: 'debootstrap' }],
])('a kept disk serves for nothing where %s', async (_why, wishes) => {
  await keep(longer);
  expect(await foresee(run, { cacheFolder, ...wishes })).toEqual(run);
});

test('nor does one of another installer, or of a stand-in', async () => {
  await keep(longer, { stub: await installInputsOf('rocky8', '2026-09-01') });
  await keep(shorter, { 'instead of the archive': 'stand-in' });
  expect(await foresee(run, { cacheFolder })).toEqual(run);
});
