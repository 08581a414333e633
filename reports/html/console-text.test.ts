import { expect, test } from 'vitest';
import { excerptsOf, readConsole } from './console-text.ts';

test('lines as a terminal leaves them, with colours and the numbers that the console has', () => {
  const raw =
    '\x1b[2J\x1b[1;1Hone\r\n\x1b]0;title\x07\x1b[31mred\x1b[0m\r\n 10 %\r 50 %\r100 %\r\n\r\r\nbell\x07 end\r\nunfinished \x1b[';
  expect(readConsole(raw)).toMatchObject({
    lines: ['one', '\x1b[31mred\x1b[0m', '100 %', '', 'bell end', 'unfinished \x1b['],
    // The bar counts three lines: what the diagnosis calls line 6 is line 6 here.
    numbers: [1, 2, 5, 6, 7, 8],
    total: 8,
  });
});

const long = readConsole(Array.from({ length: 1000 }, (_, index) => `line ${index + 1}`.padEnd(99)).join('\n'));

test('a console that fits is whole', () => {
  expect(excerptsOf(long, 100_000, [])).toMatchObject([{ numbers: { length: 1000 } }]);
  expect(excerptsOf(readConsole(''), 100, [])).toEqual([]);
});

test('of one that does not there is the end', () => {
  const [tail, ...others] = excerptsOf(long, 10_000, []);
  expect(others).toEqual([]);
  expect([tail?.numbers[0], tail?.numbers.at(-1), tail?.lines.length]).toEqual([901, 1000, 100]);
});

test('and what a finding rests on, with what is around it', () => {
  const [found, tail] = excerptsOf(long, 20_000, [300, 301, 995]);
  expect([found?.numbers[0], found?.numbers.at(-1)]).toEqual([260, 309]);
  expect(found?.lines[40]).toContain('line 300');
  const letters = [found, tail].flatMap((each) => each?.lines ?? []).reduce((sum, line) => sum + line.length + 1, 0);
  expect(letters).toBeLessThanOrEqual(20_000);
  expect(tail?.numbers.at(-1)).toBe(1000);
});

test('a budget for nothing still has the last line', () => {
  expect(excerptsOf(long, 10, [5])).toMatchObject([{ numbers: [1000] }]);
});
