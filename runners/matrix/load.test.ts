import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../errors.ts';
import { matrixJsonSchema } from './generate-schema.ts';
import { loadMatrix, matrixFile, parseMatrix } from './load.ts';

/** With rules and known failures of which there may be none at the moment. */
const tables = {
  skip: `
  - when: { arch: [aarch64] }
    because: a rule of the tests
  - when: { fs: [luks] }
    because: another rule of the tests
`,
  'known-failures': `
  - when: { distro: [centos6], fs: [ext4] }
    check: SSH logs in by key
    signature: refused|closed
    tracker: https://bugs.example/1
    expires: 2027-03-31
    because: a failure that the tests know
`,
};
const text = Object.entries(tables).reduce(
  (file, [key, rows]) => file.replace(new RegExp(`^${key}:.*\\n( .*\\n)*`, 'm'), `${key}:${rows}`),
  readFileSync(matrixFile, 'utf8'),
);

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
    const { distributions, architectures, filesystems } = loadMatrix();
    expect(Object.keys(distributions)).toHaveLength(16);
    expect([architectures.length, Object.keys(filesystems).length]).toEqual([3, 5]);
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
    ['x86_64: { archive', 'x86-64: { archive', 'unknown architecture "x86-64": did you mean x86_64?'],
    ['archive: debian', 'archive: debain', 'unknown archive "debain": did you mean debian?'],
    ['family: rpm-md', 'family: rpm-mb', 'unknown family "rpm-mb": did you mean rpm-md?'],
    ['rpm-database:', 'suite:', 'unknown key "suite": did you mean title?'],
    ['package-manager: yum', 'package-manager: yam', 'unknown package-manager "yam": did you mean yum?'],
    ['archive: auto', 'archive: atuo', 'unknown archive "atuo": did you mean auto?'],
    ['first-packages:', 'fist-packages:', 'unknown key "fist-packages": did you mean first-packages'],
    ['keys: [B8B8', 'keys: [b8b8', 'a fingerprint has 40 digits, 0-9 and A-F'],
    ['verified: false', 'verified: true', 'expected false'],
    ['end-of-life: rolling', 'end-of-life: never', 'year and month, or rolling'],
    ['snapshot: snap', 'snapshot: /snap', 'a path below the archive'],
    ['  miraclelinux:\n', '  miracle:\n', 'no distribution is published in this archive'],
    ['https://vault.centos.org\n', 'https://vault.centos.org\n        security: https://x.example\n', 'not of rpm-md'],
    ['distro: [debian13, al', 'distro: [debian13, x, al', 'unknown distribution "x"'],
    ['arch: [all]', 'arch: [al]', 'unknown architecture "al": did you mean all'],
    [
      '- cell: [debian13-a',
      '- cell: [debian12-riscv64-zfs, debian13-a',
      'unknown cell "debian12-riscv64-zfs": did you mean',
    ],
    [
      'gentoo-aarch64-xfs]',
      'gentoo-aarch64-xfs]\n        fs: [xfs]',
      '`cell` names cells exactly, so `fs` does not go',
    ],
    ['signature: refused|closed', 'signature: refused|(closed', 'not a regular expression'],
    ['expires: 2027-03-31', 'expires: in spring', 'Invalid ISO date'],
    ['tracker: https', 'traker: https', 'unknown key "traker": did you mean tracker?'],
    ['fs: [ext4]', 'fs: [ext5]', 'unknown filesystem "ext5": did you mean ext4?'],
    ['- host-apt', '- host-apk', 'expected "host-apt" or a map with uri, security'],
    ['debian12:', 'Debian-12:', 'the name of a distribution has only a-z, 0-9 and _'],
    ['debian12:', 'debian12', 'need to be on a single line'],
  ])('refuses %j written as %j', (from, to, words) => {
    const { message, line } = complaint(from, to);
    expect(message).toMatch(new RegExp(`^matrix\\.yaml:${line}:\\d+: `, 'm'));
    expect(message).toContain(words);
  });

  it.each([
    ['    end-of-life: 2028-06\n', '"end-of-life" is missing'],
    ['    package-manager: yum\n', '"package-manager" is missing: valid are yum, dnf, dnf5'],
    ['    family: rpm-md\n', '"family" is missing: valid are debootstrap, rpm-md, stage3'],
    ['    system-release: CentOS release 6.10 (Final)\n', 'one of os-release and system-release'],
  ])('refuses that %j is missing, at the row it is missing from', (row, words) => {
    const { message, line } = complaint(row, '');
    expect(message).toContain(words);
    const [, reported] = /:(\d+):/.exec(message) ?? [];
    expect(Number(reported)).toBeLessThan(line);
  });

  it('refuses a rule that decides nothing', () => {
    const { message, line } = complaint('fs: [luks]', 'arch: [aarch64]');
    expect(message).toMatch(new RegExp(`^matrix\\.yaml:${line}:\\d+: this rule skips no cell`));
  });

  it('refuses a rule about what nobody publishes, unless it is about stand-ins', () => {
    const unpublished = 'distro: [centos6], arch: [riscv64]';
    expect(complaint('fs: [luks]', unpublished).message).toContain('this rule skips no cell');
    expect(() => parseMatrix(text.replace('fs: [luks]', `${unpublished}, archive: [stand-in]`), 'm')).not.toThrow();
  });

  it('refuses a known failure of cells that are never run', () => {
    expect(complaint('distro: [centos6], fs: [ext4]', 'distro: [centos6], fs: [luks]').message).toContain(
      'this is known of no cell that can be run',
    );
  });

  it('refuses an estimate that leaves cells out', () => {
    expect(complaint('- seconds: 360', '- when: { fs: [xfs] }\n    seconds: 360').message).toContain(
      'no row for debian12-x86_64-btrfs',
    );
  });
});
