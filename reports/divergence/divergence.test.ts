import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { firstDivergence } from './divergence.ts';
import { sectionsOf } from './sections.ts';

/**
 * Consoles of real cells under TCG, whole and as they were: of the nightly of 2026-11-29 on a busy host, whose serial ports lose
 * and double letters. debian13-oops: the kernel of the installed system ran into QEMU 7.2's int3. debian13-power-off: all went
 * well until the power button was not heeded. The two others passed.
 */
const consoleOf = (name: string): string[] =>
  gunzipSync(readFileSync(join(import.meta.dirname, `fixture/${name}.txt.gz`)))
    .toString()
    .split('\n');

const beginnings = (lines: readonly string[]) =>
  lines.flatMap((line, at) => (/Linux version \d/.test(line) ? [at] : []));

/** The two handovers at the end of a cell's console, each from stub's first word on: two good boots of one installed system. */
function handovers(name: string): [string[], string[]] {
  const lines = consoleOf(name);
  const [first, , second] = beginnings(lines).slice(-4);
  return [lines.slice(first, second), lines.slice(second)];
}

test('what happens on a console, in order', () => {
  expect(sectionsOf(consoleOf('debian12-installed')).map(({ label }) => label)).toEqual([
    'stub before install',
    'install',
    'stub 1',
    'installed 1',
    'stub 2',
    'installed 2',
  ]);
  expect(sectionsOf(consoleOf('debian13-power-off')).map(({ label }) => label)).toEqual([
    'stub 1',
    'installed 1',
    'stub 2',
    'installed 2',
  ]);
});

describe('two good boots', () => {
  test.for(['debian12-installed', 'ubuntu2204-installed'])('%s: there is no other story', (name) => {
    const [one, other] = handovers(name);
    expect(one).not.toEqual(other);
    expect(firstDivergence(one, other)).toBe(undefined);
    expect(firstDivergence(other, one)).toBe(undefined);
  });

  test('a console is no other than itself, an install among it', () => {
    const lines = consoleOf('debian12-installed');
    expect(firstDivergence(lines, lines)).toBe(undefined);
  });
});

test('a kernel that ran into an oops: the line with which that began', () => {
  const here = consoleOf('debian13-oops');
  const found = firstDivergence(here, consoleOf('debian13-power-off'));
  const texts = found?.here.map(({ text }) => text) ?? [];
  expect(texts).toContainEqual(expect.stringContaining('Oops: int3'));
  for (const { number, text } of found?.here ?? []) expect(here[number - 1]).toBe(text);
});

test('of an install that the good run did not do, nothing is said', () => {
  const [good] = handovers('debian12-installed');
  const untilLogin = consoleOf('debian12-installed').slice(0, beginnings(consoleOf('debian12-installed'))[2]);
  const found = firstDivergence(untilLogin, good);
  for (const { text } of found?.here ?? []) expect(text).not.toMatch(/stub-install/);
});

describe('a guest that falls silent', () => {
  test('in the middle of its boot: what it said last, and what was to come', () => {
    const [here, there] = handovers('debian12-installed');
    const at = here.findIndex((line) => /Reached target .*network\.target/.test(line));
    const found = firstDivergence(here.slice(0, at), there);
    expect(here.slice(at - 3, at)).toContain(found?.here.at(-1)?.text);
    const next = there.findIndex((line) => /Reached target .*network\.target/.test(line));
    expect(Math.abs((found?.there.at(0)?.number ?? 0) - next)).toBeLessThan(10);
  });

  test('when stub has jumped: the first words of the kernel that never came', () => {
    const [here, there] = handovers('debian12-installed');
    const found = firstDivergence(here.slice(0, beginnings(here)[1]), there);
    expect(found?.there[0]?.text).toMatch(/Linux version 6\.1\.0-/);
  });
});

test('a unit that fails although the boot goes on', () => {
  const [here, there] = handovers('debian12-installed');
  const broken = here.map((line) =>
    line.replace(/\[ {2}OK {2}\] Started (ssh\.service.*)/, '[FAILED] Failed to start $1'),
  );
  expect(broken).not.toEqual(here);
  expect(firstDivergence(broken, there)?.here.map(({ text }) => text)).toContainEqual(
    expect.stringContaining('Failed to start ssh.service'),
  );
});

test('a line that another good run has said is nothing new', () => {
  const [here, there] = handovers('debian12-installed');
  const at = here.findIndex((line) => /Reached target .*network\.target/.test(line));
  const odd = here.toSpliced(at, 0, '[FAILED] Failed to start odd.service - Something odd that nobody needs.');
  expect(firstDivergence(odd, there)).toBeDefined();
  expect(firstDivergence(odd, there, [odd])).toBe(undefined);
  const lost = odd.map((line) => line.replace('Something odd', 'Somthing od'));
  expect(firstDivergence(lost, there, [odd]), 'letters that the serial port lost').toBe(undefined);
});
