import { marked } from 'marked';
import { expect, test } from 'vitest';
import type { EventBody } from '../../runners/events/event.ts';
import { foldRun } from '../fold.ts';
import {
  broken,
  cellArchive,
  cellEnded,
  cellStarted,
  ended,
  ext4,
  known,
  noon,
  passed,
  stamped,
  started,
  xfs,
} from '../sample.ts';
import { plain, typed } from './escape.ts';
import { summaryMarkdown } from './summary.ts';

const fold = (...events: EventBody[]) => foldRun(stamped(...events));
const named = (distro: string) => ({ id: `${distro}-x86_64-xfs`, distro, arch: 'x86_64', fs: 'xfs' });
const rendered = (markdown: string) => marked.parse(markdown, { gfm: true, async: false });
const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' };
const decoded = (text: string) => text.replaceAll(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
/** What a reader sees of it. */
const read = (markdown: string) =>
  rendered(markdown)
    .replaceAll(/<br>|<\/(th|td|h1|h2|p|li|summary)>/g, '\n')
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/&(\w+|#\d+);/g, (entity, name) => NAMED[name] ?? decoded(entity))
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);

const failing: EventBody[] = [
  cellStarted(xfs),
  { type: 'cell-archive', cell: xfs.id, archive: 'real' },
  broken(xfs, 'the reboot hands over', 'failed', 'panic'),
  { type: 'diagnosis', cell: xfs.id, code: 'panic', sentence: 'No init was found.', lines: [], signature: 's' },
  cellEnded(xfs, 'failed'),
];
const good = { run: '20261122-020000-0001', startedAt: noon - 86_400_000, facts: {} };

test('what broke comes first, with its diagnosis, since when, and what to type', () => {
  const ok = named('debian12');
  const result = fold(
    started(ok, xfs),
    cellStarted(ok),
    passed(ok, 'boots'),
    cellEnded(ok, 'passed'),
    ...failing,
    ended(),
  );
  const asked: unknown[] = [];
  const markdown = summaryMarkdown(result, (cell) => {
    asked.push([cell.cell.id, cell.archive]);
    return good;
  });
  expect(asked).toEqual([[xfs.id, 'real']]);
  expect(read(markdown).slice(0, 17)).toEqual([
    'stub-matrix 20261123-141502-4f2a: 1 failed, 1 passed',
    ...['Failed', 'cell', 'what went wrong', 'last good', 'again'],
    ...[xfs.id, 'the reboot hands over', 'No init was found.', '2026-11-22', '20261122-020000-0001'],
    './stub-matrix run --cell debian13-x86_64-xfs',
    ...['Totals', 'the distribution itself', 'a stand-in', 'passed', '1'],
  ]);
});

test('whether a cell was ever good is not made up', () => {
  const result = fold(started(xfs), ...failing, ended());
  expect(read(summaryMarkdown(result, () => undefined))).toContain('never seen');
  expect(read(summaryMarkdown(result))).toContain('unknown');
});

test('flaky, known, errors, stand-ins and what was left out are told apart', () => {
  const [flaky, standIn, lost] = ['flaky', 'standin', 'lost'].map(named) as [typeof xfs, typeof xfs, typeof xfs];
  const result = fold(
    started(flaky, standIn, lost, ext4),
    { type: 'cell-skipped', cell: xfs, because: 'EL kernels have no Btrfs' },
    ...[cellStarted(flaky), broken(flaky, 'SSH', 'failed', 'refused'), cellEnded(flaky, 'failed')],
    ...[{ ...cellStarted(flaky), attempt: 2 } as EventBody, passed(flaky, 'SSH'), cellEnded(flaky, 'passed')],
    ...[cellStarted(standIn), cellArchive(standIn, 'stand-in'), passed(standIn, 'SSH'), cellEnded(standIn, 'passed')],
    ...[cellStarted(ext4), known(ext4, 'LLMNR'), cellEnded(ext4, 'known')],
    ...[cellStarted(lost), broken(lost, 'SSH', 'error', 'qemu-died'), cellEnded(lost, 'error')],
    ended(false, { code: 'suite-error', message: 'the worker died' }),
  );
  const lines = read(summaryMarkdown(result));
  const text = lines.join('\n');
  expect(lines[0]).toBe('stub-matrix 20261123-141502-4f2a: broken off, 1 error, 1 known, 2 passed');
  expect(text).toContain('The run as a whole went wrong: the worker died');
  expect(text).toContain('Stand-ins. 1 cell ran against a stand-in of the archive: that proves the installer');
  expect(text).toContain('It is standin.');
  expect(text).toContain(`${lost.id}\nSSH (the harness could not tell)\nwaited 60 s for SSH`);
  expect(text).toContain(`${flaky.id}\nfailed, passed\nSSH\nwaited 60 s for SSH\n./stub-matrix run --cell ${flaky.id}`);
  expect(text).toContain(`${ext4.id}\nLLMNR\nknown until 2027-03-31: no luck (https://bugs.example/1)`);
  expect(text).toContain('passed, of these flaky: 1\n1\n1');
  expect(text).toContain('1 cell was left out by the plan\ncells\nbecause\n1\nEL kernels have no Btrfs');
});

/** What a guest may print, and what is to be read of it where that is something else. */
const hostile: readonly (readonly [string, string?])[] = [
  ['| a | b |\n|---|---|\n# heading', '| a | b | |---|---| # heading'],
  ['</code></td></table><script>alert(1)</script><img src=x onerror=alert(1)>'],
  ['[click](javascript:alert(1)) ![x](http://evil.example/x.png) <http://evil.example>'],
  ['http://evil.example www.evil.example a@evil.example @octocat #1 GH-1'],
  ['`code` ``` **bold** _it_ ~~gone~~ &lt;b&gt; \\| \\'],
  ['\x1b[31mred\x1b[0m \x07bell \u202egnp.exe\u2066 zero\u200bwidth', 'red bell gnp.exe zerowidth'],
  ['$(rm -rf /) {{ secrets }} $x^2$'],
];
const unwanted = [...'@`[]$\\\u202e\u2066\x1b', 'http:', 'www.'];

test('what a guest prints is text and nothing else, wherever it stands', () => {
  const evil = hostile.map(([text]) => text).join(' ');
  const cell = xfs.id;
  const result = fold(
    { ...started(xfs), properties: { [evil]: evil } } as EventBody,
    { type: 'cell-skipped', cell: ext4, because: evil },
    { ...cellStarted(xfs), rerun: evil } as EventBody,
    { type: 'check-ended', cell, check: evil, status: 'failed', seconds: 1, reason: { code: evil, message: evil } },
    { type: 'diagnosis', cell, code: 'x', sentence: evil, lines: [], signature: evil },
    { type: 'note', cell, text: evil },
    cellEnded(xfs, 'failed'),
    ended(false, { code: 'x', message: evil }),
  );
  const markdown = summaryMarkdown(result, () => ({ ...good, run: evil }));
  const html = rendered(markdown);
  const tags = new Set([...html.matchAll(/<\/?([a-z0-9]+)/gi)].map(([, tag]) => tag));
  const ours = ['h1', 'h2', 'p', 'table', 'thead', 'tbody', 'tr', 'th', 'td', 'code', 'strong', 'br', 'ul', 'li'];
  expect([...tags].filter((tag) => ![...ours, 'details', 'summary'].includes(String(tag)))).toEqual([]);
  expect(html.match(/<tr>/g)).toHaveLength(7);
  const bars = markdown.split('\n').flatMap((line) => (line.startsWith('|') ? [line.split('|').length - 1] : []));
  expect(bars).toEqual([5, 5, 5, 4, 4, 4, 4, 3, 3, 3]);
  expect(unwanted.filter((each) => markdown.includes(each))).toEqual([]);
  expect(decoded(html)).not.toMatch(/@[a-z]/i);
});

test.each(hostile)('%j is read as it is written', (text = '', visible = text) => {
  const seen = read(`x ${plain(text)} ${typed(text)}`)
    .join(' ')
    .replaceAll('\u200b', '');
  expect(seen).toBe(`x ${visible} ${visible}`);
});

test('it stays below what GitHub shows, however much went wrong', () => {
  const cells = Array.from({ length: 10_000 }, (_, n) => named(`d${n}`));
  const events = cells.flatMap((cell) => [
    cellStarted(cell),
    { ...broken(cell, 'boots', 'failed', 'x'), reason: { code: 'x', message: '*'.repeat(9000) } } as EventBody,
    cellEnded(cell, 'failed'),
  ]);
  const markdown = summaryMarkdown(fold(started(...cells), ...events, ended()));
  expect(Buffer.byteLength(markdown)).toBeLessThan(2 ** 20);
  expect(markdown).toContain('… and 9800 more, in junit.xml.');
});
