import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseConfiguration } from './configuration.ts';
import { count } from './count.ts';
import { parseFragments } from './fragment.ts';
import { readKconfig } from './kconfig/tree.ts';

test('of each option that the base has and ours has not it is known how it went', async () => {
  const tree = await readKconfig(join(import.meta.dirname, 'fixture'), 'x86');
  const base = parseConfiguration(
    ['HAVE_PCI', 'PCI', 'PCI_QUIRKS', 'X86_APIC', 'BLOCK', 'BTRFS', 'RAID6', 'CRC32', 'DEBUG_DWARF']
      .map((name) => `CONFIG_${name}=${name === 'BTRFS' ? 'm' : 'y'}`)
      .join('\n'),
  );
  const ours = parseConfiguration('CONFIG_HAVE_PCI=y\nCONFIG_BLOCK=y\nCONFIG_CRC32=y\nCONFIG_DEBUG_NONE=y\n');
  const text = '# CONFIG_PCI is not set\n# CONFIG_BTRFS is not set\n# CONFIG_EXPERT is not set\nCONFIG_DEBUG_NONE=y';
  expect(count(base, ours, parseFragments([{ name: 'f', text }]), tree)).toEqual({
    base: 9,
    ours: 4,
    added: 1,
    off: 6,
    named: 2, // PCI, BTRFS; EXPERT was off before
    below: 2, // PCI_QUIRKS, X86_APIC
    unselected: 1, // RAID6
    otherwise: 1, // DEBUG_DWARF
  });
});
