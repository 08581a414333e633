import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { whatExists } from '../runners/cell/existing.ts';
import { INSTALLED } from '../runners/cell/installation.ts';
import { writeInstalled } from '../runners/cell/installed.ts';
import { storeOf } from '../runners/cell/store.ts';
import { loadMatrix } from '../runners/matrix/load.ts';
import type { RunOptions } from '../runners/matrix/options.ts';
import { makePlan, type PlannedCell } from '../runners/matrix/plan.ts';
import type { Json } from '../runners/store/inputs.ts';
import { openDisks } from './installed-disks.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'installed-disks-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const CELL = 'centos9stream-x86_64-xfs';
const [planned] = makePlan(loadMatrix(), whatExists({}), { selection: { cell: [CELL] } }).run as readonly [PlannedCell];

/** Puts a disk of the cell into the store. */
async function keep(uri: string, more: Readonly<Record<string, Json>> = {}): Promise<void> {
  const source = { uri, release: '2026-09-05T09:12:33Z' };
  const file = (name: string) => {
    writeFileSync(join(folder, name), name);
    return join(folder, name);
  };
  const keys = { privateKeyPath: file('id_ed25519'), publicKeyPath: file('id_ed25519.pub') };
  const fill = (to: string) =>
    writeInstalled(to, { disk: file('disk.qcow2'), keys } as never, { hostKey: 'key', packages: '' });
  const options = { cacheFolder: join(folder, 'cache') };
  const inputs = { archive: source, security: source, ...more };
  (await storeOf(options).obtain(INSTALLED, inputs, fill, { label: CELL })).release();
}

const options = (more: Partial<RunOptions> = {}) => ({ cacheFolder: join(folder, 'cache'), ...more }) as RunOptions;

test('who judges on a disk from a stand-in says so, and a disk of the distribution itself needs no remark', async () => {
  const said: string[] = [];
  const disks = (more?: Partial<RunOptions>) =>
    openDisks([planned], folder, options(more), { print: (line) => said.push(line) });
  await keep('http://a/centos');
  expect((await disks()).remarks).toEqual([]);
  rmSync(join(folder, 'disks.json'));
  await keep('http://a/stand-in', { 'instead of the archive': 'stand-in' });
  const { remarks, installed } = await disks();
  expect(remarks).toEqual([expect.stringContaining(`${CELL} was installed from a stand-in`)]);
  expect(said).toEqual(remarks);
  expect(installed.get(CELL)?.archive?.kind).toBe('stand-in');
});

test('of several disks the one that was made last counts, of those that come from what was asked for', async () => {
  const uri = async (more?: Partial<RunOptions>) => {
    rmSync(join(folder, 'disks.json'), { force: true });
    return (await openDisks([planned], folder, options(more), { print: () => {} })).installed.get(CELL)?.archive?.uri;
  };
  await keep('http://a/stand-in', { 'instead of the archive': 'stand-in' });
  await keep('http://a/old');
  // One that says more of what it was made of is no older for that.
  await keep('http://a/new', { bootstrap: 'dnf' });
  expect(await uri()).toBe('http://a/new');
  await keep('http://a/stand-in-2', { 'instead of the archive': 'stand-in' });
  expect(await uri()).toBe('http://a/stand-in-2');
  expect(await uri({ archive: 'real' })).toBe('http://a/new');
});
