import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hostReport } from './report.ts';
import { type FoundTool, findTools, installCommand, packagesFor, parseTools, versionOf } from './tools.ts';

const HEADER = 'use\tarch\tprobe\tpackage\twhy';

describe('the list', () => {
  test('is one, and has what a cell of each architecture needs', () => {
    for (const arch of ['x86_64', 'aarch64', 'riscv64']) {
      const probes = findTools(['cell'], [arch]).flatMap((tool) => tool.probes);
      expect(probes).toContain(`qemu-system-${arch}`);
      expect(probes).toContain('qemu-img');
      expect(probes).toContain('socat');
      expect(probes.filter((probe) => probe.startsWith('qemu-system-'))).toHaveLength(1);
    }
  });

  test('has what an image is built with, no compiler among it', () => {
    for (const arch of ['x86_64', 'aarch64', 'riscv64']) {
      const probes = findTools(['image'], [arch]).flatMap((tool) => tool.probes);
      const wanted = ['mmdebstrap', 'newuidmap', 'gpgv', 'unshare'];
      expect(probes).toEqual(expect.arrayContaining(wanted));
      expect(probes.filter((probe) => probe.endsWith('gcc'))).toEqual([]);
    }
  });

  test('a row, with a comment and an empty line before it', () => {
    const [tool] = parseTools(`# a comment\n\n${HEADER}\nimage\triscv64\ta|/b\tc|d\tis a test\n`);
    expect(tool).toEqual({
      use: 'image',
      arch: 'riscv64',
      probes: ['a', '/b'],
      packages: ['c', 'd'],
      why: 'is a test',
    });
  });

  test.each([
    ['list:2: not 5 filled columns', `${HEADER}\ncell\tany\tx\ty\n`],
    ['list:2: not 5 filled columns', `${HEADER}\ncell\tany\t\ty\tz\n`],
    ['list:3: "sell" is none of cell', `${HEADER}\n#\nsell\tany\tx\ty\tz\n`],
    ['list:1: the columns are not use', 'cell\tany\tx\ty\tz\n'],
  ])('%s', (message, text) => {
    expect(() => parseTools(text, 'list')).toThrow(message);
  });
});

describe('finding', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'stub-tools-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const find = (probe: string): string | undefined =>
    findTools(['cell'], ['riscv64'], folder).find((tool) => tool.probes.includes(probe))?.path;

  test('a command is one that can be executed, on PATH', () => {
    const path = join(folder, 'qemu-system-riscv64');
    expect(find('qemu-system-riscv64')).toBeUndefined();
    mkdirSync(path);
    expect(find('qemu-system-riscv64')).toBeUndefined();
    rmSync(path, { recursive: true });
    writeFileSync(path, '#!/bin/sh\n');
    expect(find('qemu-system-riscv64')).toBeUndefined();
    chmodSync(path, 0o755);
    expect(find('qemu-system-riscv64')).toBe(path);
  });

  test('a tool that two uses need is there once', () => {
    const both = findTools(['cell', 'test'], ['x86_64']).filter((tool) => tool.probes.includes('qemu-system-x86_64'));
    expect(both).toHaveLength(1);
  });

  test('the version', async () => {
    expect(await versionOf(process.execPath)).toBe(process.versions.node);
    expect(await versionOf('/bin/false')).toBeUndefined();
  });
});

describe('installing', () => {
  const tool = (packages: readonly string[], path?: string): FoundTool => ({
    ...{ use: 'cell', arch: 'any', probes: ['x'], why: 'is a test' },
    packages,
    path,
  });

  test('one name a package, none for what is there, the first alternative that apt has', async () => {
    expect(await packagesFor([tool(['a']), tool(['a']), tool(['b'], '/usr/bin/b')])).toEqual(['a']);
    expect(await packagesFor([tool(['stub-no-such-package', 'bash'])])).toEqual(['bash']);
    expect(await packagesFor([tool(['bash', 'dash'])])).toEqual(['bash']);
    expect(await packagesFor([tool(['stub-no-such-package', 'stub-nor-this'])])).toEqual(['stub-no-such-package']);
  });

  test('the command to type', () => {
    expect(installCommand(['a', 'b'], { sudo: true }).join(' ')).toBe(
      'sudo apt-get install --yes --no-install-recommends a b',
    );
    expect(installCommand(['a'], { sudo: false })[0]).toBe('apt-get');
  });
});

test('the report of this host', async () => {
  const report = await hostReport({ uses: ['cell', 'image', 'test', 'extra'], archs: ['x86_64'], folders: ['/tmp'] });
  expect(report.tools.find((tool) => tool.probes.includes('setpriv'))?.version).toMatch(/^\d+\.\d+/);
  expect(report.missing.tools).toEqual(report.tools.filter(({ path }) => !path).map(({ version: _, ...tool }) => tool));
  expect(report.resources.folders).toHaveLength(1);
});
