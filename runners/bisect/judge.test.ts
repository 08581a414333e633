import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Builder, Trial } from './builders/builder.ts';
import { type Bench, judgeOf } from './judge.ts';
import { digestOf } from './kconfig/configuration.ts';
import { on } from './kconfig/kconfig.test-support.ts';
import { type BisectEvent, bookOf } from './record.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'judge-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const values = on(['A']);
const image = () => join(folder, 'kernel');
const passes: Trial = { verdict: 'pass', evidence: '/seen' };

/** A judge with a builder that leaves a file, as one that goes on from these events. */
function judge(before: readonly BisectEvent[], { trial = passes, reused = false } = {}) {
  const events: BisectEvent[] = [];
  const builder: Builder = {
    makings: '',
    build: async () => {
      writeFileSync(image(), '');
      return { kind: 'built', signature: 'signature', image: image(), reused };
    },
  };
  const bench: Bench = {
    ...{ builders: [builder], tester: async () => trial, cells: ['cell'], error: 0.001 },
    ...{ signal: new AbortController().signal, emit: (event) => events.push(event), now: () => 0 },
  };
  return { events, judged: () => judgeOf(bench, bookOf(before)).all([values]) };
}

const built = { type: 'built', digest: digestOf(values), signature: 'signature', seconds: 1 } as const;
const tried = { type: 'trial', signature: 'signature', cell: 'cell', verdict: 'pass', seconds: 1 } as const;

test('a kernel that the store has made room of is built again, but only where it has to be booted', async () => {
  const gone = { ...built, image: join(folder, 'gone') };
  const again = judge([gone]);
  expect(await again.judged()).toMatchObject([{ verdict: 'pass', built: true, trials: 1 }]);
  expect(await judge([gone, tried]).judged()).toMatchObject([{ verdict: 'pass', built: false, trials: 0 }]);
  writeFileSync(image(), '');
  expect(await judge([{ ...built, image: image() }]).judged()).toMatchObject([{ built: false, trials: 1 }]);
});

test('what lay in the store was not built', async () => {
  const { events, judged } = judge([], { reused: true });
  expect(await judged()).toMatchObject([{ built: false }]);
  expect(events).toMatchObject([
    { type: 'built', reused: true },
    { type: 'trial', evidence: '/seen' },
  ]);
});

test('why a cell fails, or comes to nothing, is told with the verdict', async () => {
  const fails = judge([], { trial: { verdict: 'fail', because: 'the reboot: nothing to boot' } });
  expect(await fails.judged()).toMatchObject([{ verdict: 'fail', because: 'the reboot: nothing to boot' }]);
  const nothing = judge([], { trial: { verdict: 'unresolved', because: 'QEMU was killed' } });
  expect(await nothing.judged()).toMatchObject([
    { verdict: 'unresolved', because: 'cell came to no verdict: QEMU was killed', trials: 2 },
  ]);
});
