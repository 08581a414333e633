import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openRecord } from '../../reports/record.ts';
import { cutTornEnd, findRecord } from './record.ts';

let path: string;
beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'torn-')), 'events.ndjson');
});
afterEach(() => rmSync(join(path, '..'), { recursive: true }));

const line = (text: string) => `${JSON.stringify({ time: 1, type: 'note', text })}\n`;

test.each([
  ['half an event', '{"time":2,"type":"no'],
  ['half a character', Buffer.from('{"time":2,"type":"note","text":"f\u00fc').subarray(0, -1)],
  ['what a filesystem puts in place of what it lost', '\0'.repeat(40)],
  ['the same, with an end of line', `${'\0'.repeat(40)}\n{"time"`],
])('%s at the end is cut off, and the next event begins a line', (_, torn) => {
  const whole = line('fünf') + line('two');
  writeFileSync(path, Buffer.concat([Buffer.from(whole), Buffer.from(torn)]));
  const found = findRecord(path);
  expect(found).toMatchObject({ whole: Buffer.byteLength(whole), torn: Buffer.byteLength(torn) });
  expect(found.events).toHaveLength(2);
  cutTornEnd(path, found);
  using record = openRecord(path, { now: () => 3 });
  record.emit({ type: 'note', text: 'three' });
  expect(readFileSync(path, 'utf8')).toBe(`${whole}{"time":3,"type":"note","text":"three"}\n`);
});

test('a whole record is left as it is', () => {
  writeFileSync(path, line('one'));
  const found = findRecord(path);
  cutTornEnd(path, found);
  expect(found.torn).toBe(0);
  expect(readFileSync(path, 'utf8')).toBe(line('one'));
});

test('what is no event before one that is makes the record unusable: what is missing nobody knows', () => {
  writeFileSync(path, `${line('one')}{"time":2,"ty\n${line('three')}`);
  expect(() => findRecord(path)).toThrow(expect.objectContaining({ code: 'record-damaged', fault: 'harness' }));
  expect(() => findRecord(path)).toThrow(/^line 2 of /);
});
