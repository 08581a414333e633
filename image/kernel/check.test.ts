import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { deviations, requireApplied } from './check.ts';
import { parseConfiguration } from './configuration.ts';
import { parseFragments } from './fragment.ts';
import { type KconfigTree, readKconfig } from './kconfig/tree.ts';

let tree: KconfigTree;
beforeAll(async () => {
  tree = await readKconfig(join(import.meta.dirname, 'fixture'), 'x86');
});

const cameOut = `CONFIG_HAVE_PCI=y
CONFIG_PCI=y
CONFIG_PCI_QUIRKS=y
CONFIG_BLOCK=y
CONFIG_BTRFS=y
CONFIG_RAID6=y
CONFIG_CRC32=y
CONFIG_DEBUG_DWARF=y
# CONFIG_EXPERT is not set
`;

const found = (text: string) =>
  deviations(parseFragments([{ name: 'f', text }]), parseConfiguration(cameOut), tree).map(
    ({ at, name, reasons }) => `${at} ${name}: ${reasons.join('; ')}`,
  );

test('what came out as asked is passed over', () => {
  expect(found('CONFIG_PCI=y\n# CONFIG_EXPERT is not set\n# CONFIG_DEBUG_NONE is not set\n')).toEqual([]);
});

test.each([
  ['asked off, selected by another', '# CONFIG_CRC32 is not set', 'CRC32: selected by BTRFS [=y]'],
  [
    'asked off, hidden and on by default',
    '# CONFIG_PCI_QUIRKS is not set',
    'PCI_QUIRKS: is y by default and can be unset only if EXPERT [=n] (Kconfig:28)',
  ],
  [
    'asked off, with no prompt at all',
    '# CONFIG_HAVE_PCI is not set',
    'HAVE_PCI: is y by default and cannot be unset (no prompt) (Kconfig:23)',
  ],
  ['asked on, chosen otherwise', 'CONFIG_DEBUG_NONE=y', 'DEBUG_NONE: one of a choice, in which DEBUG_DWARF is chosen'],
  [
    'asked for what nobody may set',
    'CONFIG_MODULES=y\nCONFIG_NAMES=y',
    'MODULES: defined in Kconfig:4; Kconfig gives no reason that could be read',
  ],
])('%s', (_, text, said) => {
  expect(found(text)[0]).toBe(`f:1 ${said}`);
});

test('asked on, below something that is off: only what is not met is named', () => {
  const values = new Map([['HAVE_PCI', 'y']]);
  const [apic] = deviations(parseFragments([{ name: 'f', text: 'CONFIG_X86_APIC=y' }]), values, tree);
  expect(apic?.reasons).toEqual(['depends on PCI [=n] and on PCI_QUIRKS [=n] || EXPERT [=n] (arch/x86/Kconfig:1)']);
});

test('a name that is none is refused both ways, with the nearest one', () => {
  expect(found('CONFIG_BTRSF=y')[0]).toMatch(/no such option on this architecture: did you mean BTRFS/);
  expect(found('# CONFIG_BTRSF is not set')[0]).toMatch(/did you mean BTRFS/);
});

test('all deviations are told in one error', () => {
  const asked = parseFragments([{ name: 'f', text: '# CONFIG_CRC32 is not set\nCONFIG_DEBUG_NONE=y' }]);
  const told = () => requireApplied(deviations(asked, parseConfiguration(cameOut), tree), '/log');
  expect(told).toThrow(expect.objectContaining({ code: 'kernel-config-not-applied', evidence: '/log' }));
  expect(told).toThrow(
    /2 options .*\nf:1: CRC32 is asked off but came out on:\n {4}selected by BTRFS .*\nf:2: DEBUG_NONE is asked on/,
  );
});
