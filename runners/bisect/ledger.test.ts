import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bisect } from './bisect.ts';
import { court, taskOf } from './court.test-support.ts';
import { openLedger } from './ledger.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const path = () => join(folder, 'below/verdicts.ndjson');

test('trials of all searches by the same judge are counted, by kernel and cell', () => {
  const first = openLedger(path(), 'judge');
  expect(first.recall('kernel', 'cell')).toBeUndefined();
  first.add('kernel', 'cell', { verdict: 'pass', evidence: '/seen' });
  first.add('kernel', 'cell', { verdict: 'fail', because: 'no name' });
  first.add('kernel', 'cell', { verdict: 'unresolved' });
  first.add('kernel', 'other', { verdict: 'fail' });
  openLedger(path(), 'another judge').add('kernel', 'cell', { verdict: 'fail' });
  appendFileSync(path(), '{"judge":"judge","signa');
  const later = openLedger(path(), 'judge');
  expect(later.recall('kernel', 'cell')).toEqual({ pass: 1, fail: 1, passed: '/seen', because: 'no name' });
  expect(later.recall('kernel', 'other')).toEqual({ pass: 0, fail: 1 });
});

test('what is forgotten stays so, for its judge alone', () => {
  const trial = { verdict: 'fail' } as const;
  openLedger(path(), 'judge').add('kernel', 'cell', trial);
  openLedger(path(), 'another judge').add('kernel', 'cell', trial);
  const ledger = openLedger(path(), 'judge');
  ledger.forget();
  expect(ledger.recall('kernel', 'cell')).toBeUndefined();
  ledger.add('kernel', 'cell', { verdict: 'pass' });
  expect(openLedger(path(), 'judge').recall('kernel', 'cell')).toEqual({ pass: 1, fail: 0 });
  expect(openLedger(path(), 'another judge').recall('kernel', 'cell')).toEqual({ pass: 0, fail: 1 });
});

test('a second search of the same kernels tries none again, and one that goes on counts no trial twice', async () => {
  const names = Array.from({ length: 20 }, (_, index) => `O${index}`);
  const task = taskOf(names);
  const verdictOf = (values: ReadonlyMap<string, string>) => (values.has('O7') ? 'pass' : ('fail' as const));
  const search = async (before: ReturnType<typeof court>['events'] = []) => {
    const { bench, events, work } = court(verdictOf);
    const result = await bisect(task, { ...bench, ledger: openLedger(path(), 'judge') }, before);
    return { trials: work.filter((each) => each.startsWith('trial')).length, events, result };
  };
  const first = await search();
  const second = await search();
  expect(first.trials).toBeGreaterThan(3);
  expect(second.trials).toBe(0);
  expect(second.result.minimal).toEqual(first.result.minimal);
  // Its record says what was recalled, and the ledger has it as well.
  const again = await search(second.events);
  expect(again.trials).toBe(0);
  expect(again.result.confidence).toBe(first.result.confidence);
  expect(again.events.filter(({ type }) => type === 'recalled')).toEqual([]);
});
