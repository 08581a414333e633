import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { describe as told } from './expression.ts';
import { type KconfigTree, readKconfig } from './tree.ts';

let tree: KconfigTree;
beforeAll(async () => {
  tree = await readKconfig(join(import.meta.dirname, '../fixture'), 'x86');
});

const dependencies = (name: string) => tree.get(name)?.dependencies.map((one) => told(one, new Map()));

test('every option is read, with where it stands; a help text is none', () => {
  expect([...tree.keys()]).toEqual(
    ['MODULES', 'EXPERT', 'PCI', 'HAVE_PCI', 'PCI_QUIRKS', 'X86_APIC', 'BTRFS', 'BLOCK', 'RAID6', 'CRC32'].concat(
      'DEBUG_NONE',
      'DEBUG_DWARF',
    ),
  );
  expect(tree.get('BTRFS')).toMatchObject({ at: 'Kconfig:41', menu: ['Filesystems'], type: 'tristate' });
  expect(tree.get('X86_APIC')).toMatchObject({ at: 'arch/x86/Kconfig:1', menu: ['Buses'] });
});

test('an option depends on the menus and conditions around it too, also where its file is sourced', () => {
  expect(dependencies('PCI')).toEqual(['!S390 [=n] && HAVE_PCI [=n]']);
  expect(dependencies('BTRFS')).toEqual(['BLOCK [=n]']);
  expect(dependencies('X86_APIC')).toEqual(['PCI [=n] && (PCI_QUIRKS [=n] || EXPERT [=n])']);
});

test('what selects an option is known, on its own condition and on what the selecting one depends on', () => {
  const [selection] = tree.get('RAID6')?.selectedBy ?? [];
  expect(selection?.by).toBe('BTRFS');
  expect(selection && told(selection.condition, new Map())).toBe('BTRFS [=n] && BLOCK [=n]');
  expect(tree.get('RAID6')?.prompts).toEqual([]);
});

test('the members of a choice know each other', () => {
  expect(tree.get('DEBUG_NONE')?.choice?.members).toEqual(['DEBUG_NONE', 'DEBUG_DWARF']);
  expect(tree.get('CRC32')?.choice).toBeUndefined();
});
