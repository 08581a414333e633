import { appendFileSync, mkdtempSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunEvent } from '../runners/events/event.ts';
import { cellFolder, createRunFolder, runId } from './folder.ts';
import { followRecord, openRecord, readEvents } from './record.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'record-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const note = (text: string) => ({ type: 'note', text }) as const;

test('an event is on disk, stamped, when emit returns', () => {
  const path = join(folder, 'events.ndjson');
  const heard: RunEvent[] = [];
  using record = openRecord(path, { now: () => 42, listener: (event) => heard.push(event) });
  record.emit(note('hello'));
  expect(readFileSync(path, 'utf8')).toBe('{"time":42,"type":"note","text":"hello"}\n');
  expect(heard).toEqual(readEvents(path));
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('a last line that a crash left half-written is passed over', () => {
  const path = join(folder, 'events.ndjson');
  using record = openRecord(path);
  record.emit(note('whole'));
  appendFileSync(path, '{"time":1,"type":"no');
  expect(readEvents(path).map((event) => event.type === 'note' && event.text)).toEqual(['whole']);
});

test('what a resumed run wrote behind half a line is read, and nothing of the half', () => {
  const path = join(folder, 'events.ndjson');
  using record = openRecord(path);
  record.emit(note('whole'));
  appendFileSync(path, '{"time":1,"type":"note","text":"half, {\\"time\\":');
  record.emit(note('resumed'));
  record.emit(note('in full: {"time":2}'));
  expect(readEvents(path).map((event) => event.type === 'note' && event.text)).toEqual([
    'whole',
    'resumed',
    'in full: {"time":2}',
  ]);
});

test('a follower hears what another thread wrote, half lines only once they are whole', async () => {
  const path = join(folder, 'events.ndjson');
  using record = openRecord(path);
  const heard: string[] = [];
  using follower = followRecord(path, (event) => heard.push(event.type === 'note' ? event.text : event.type), {
    everyMs: 5,
  });
  const line = Buffer.from(`${JSON.stringify({ time: 1, ...note('fünf – 5') })}\n`);
  const cut = line.indexOf(0xbc);
  appendFileSync(path, line.subarray(0, cut));
  follower.catchUp();
  expect(heard).toEqual([]);
  appendFileSync(path, line.subarray(cut));
  record.emit(note('two'));
  const script = `const { openRecord } = await import(${JSON.stringify(new URL('./record.ts', import.meta.url).href)});
    openRecord(${JSON.stringify(path)}).emit({ type: 'note', text: 'from a thread' });`;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(script)}`));
  await new Promise((resolve, reject) => worker.once('exit', resolve).once('error', reject));
  await expect.poll(() => heard).toEqual(['fünf – 5', 'two', 'from a thread']);
});

test('a run folder is private, named by its time, and `latest` follows', () => {
  const out = join(folder, 'out');
  const first = createRunFolder(out, new Date('2026-11-23T14:15:02Z'));
  expect(first.id).toMatch(/^20261123-141502-[0-9a-f]{4}$/);
  const second = createRunFolder(out, new Date('2026-11-23T14:16:00Z'));
  expect(readlinkSync(join(out, 'latest'))).toBe(second.id);
  const cell = cellFolder(second.path, 'debian13-x86_64-xfs');
  for (const path of [out, second.path, cell]) expect(statSync(path).mode & 0o777).toBe(0o700);
  expect(runId(new Date('2026-11-23T14:15:02Z'), Buffer.from([0x4f, 0x2a]))).toBe('20261123-141502-4f2a');
});
