import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../errors.ts';
import { matrixJsonSchema } from './generate-schema.ts';
import { loadMatrix, matrixFile, parseMatrix } from './load.ts';

/** With rules of which there may be none at the moment. */
const rules = `skip:
  - when: { arch: [aarch64] }
    because: a rule of the tests
  - when: { fs: [luks] }
    because: another rule of the tests
`;
const text = readFileSync(matrixFile, 'utf8').replace(/^skip:.*\n( .*\n)*/m, rules);

/** What is said when the first `from` in matrix.yaml is replaced by `to`, and the line on which `to` then stands. */
function complaint(from: string, to: string): { message: string; line: number } {
  expect(text).toContain(from);
  const line = text.slice(0, text.indexOf(from)).split('\n').length;
  try {
    parseMatrix(text.replace(from, to), 'matrix.yaml');
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return { message: (error as UsageError).message, line };
  }
  throw new Error(`"${to}" was accepted`);
}

describe('matrix.yaml', () => {
  it('loads', () => {
    expect(Object.keys(loadMatrix().distributions)).toContain('debian13');
  });

  it('names its schema in the first line, and the schema is current', () => {
    expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=./matrix.schema.json');
    const committed = readFileSync(new URL('../../matrix.schema.json', import.meta.url), 'utf8');
    expect(committed, 'run: node runners/matrix/generate-schema.ts').toBe(matrixJsonSchema());
  });

  it.each([
    ['suite: bookworm', 'suit: bookworm', 'unknown key "suit": did you mean suite?'],
    ['security: http', 'securty: http', 'unknown key "securty": did you mean security?'],
    ['arch: [aarch64', 'archs: [aarch64', 'unknown key "archs": did you mean arch?'],
    ['release: "12"', 'release: 12', 'expected string, received number'],
    ['- seconds: 360', '- seconds: 0', 'expected number to be >0'],
    ['fs: [luks]', 'fs: [lukz]', 'unknown filesystem "lukz": did you mean luks?'],
    ['default-fs: xfs', 'default-fs: xfz', 'unknown filesystem "xfz": did you mean xfs?'],
    ['published: [x86_64', 'published: [x86-64', 'unknown architecture "x86-64": did you mean x86_64?'],
    ['archive: debian', 'archive: debain', 'unknown archive "debain": did you mean debian?'],
    ['- host-apt', '- host-apk', 'expected "host-apt" or a map with uri, security'],
    ['debian12:', 'Debian-12:', 'the name of a distribution has only a-z, 0-9 and _'],
    ['debian12:', 'debian12', 'need to be on a single line'],
  ])('refuses %j written as %j', (from, to, words) => {
    const { message, line } = complaint(from, to);
    expect(message).toMatch(new RegExp(`^matrix\\.yaml:${line}:\\d+: `, 'm'));
    expect(message).toContain(words);
  });

  it('refuses a missing key at the row it is missing from', () => {
    const { message, line } = complaint('    end-of-life: 2028-06\n', '');
    expect(message).toContain('"end-of-life" is missing');
    const [, reported] = /:(\d+):/.exec(message) ?? [];
    expect(Number(reported)).toBeLessThan(line);
  });

  it('refuses a column that leaves a published architecture out', () => {
    expect(
      complaint('cpu-floor: { x86_64: x86-64, aarch64: armv8-a }', 'cpu-floor: { x86_64: x86-64 }').message,
    ).toContain('nothing for aarch64');
  });

  it('refuses a rule that decides nothing', () => {
    const { message, line } = complaint('fs: [luks]', 'arch: [aarch64]');
    expect(message).toMatch(new RegExp(`^matrix\\.yaml:${line}:\\d+: this rule skips no cell`));
  });

  it('refuses an estimate that leaves cells out', () => {
    expect(complaint('- seconds: 360', '- when: { fs: [xfs] }\n    seconds: 360').message).toContain(
      'no row for debian12-x86_64-btrfs',
    );
  });
});
