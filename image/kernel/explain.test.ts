import { expect, test } from 'vitest';
import { explanation, sections } from './explain.ts';
import { ourFragments } from './kernel.ts';

test('a section is what stands below a heading, with the reason that stands first', () => {
  const text = `# What this file is.

# --- Sound ----------
# Nobody hears
# it.

# CONFIG_SOUND is not set
# It beeps.
# CONFIG_PCSPKR is not set

# --- Disks ---

CONFIG_DISK=y
`;
  expect(sections({ name: 'f', text })).toEqual([
    { title: 'Sound', reason: 'Nobody hears it.', on: [], off: ['SOUND', 'PCSPKR'] },
    { title: 'Disks', reason: '', on: ['DISK'], off: [] },
  ]);
});

test('whatever our fragments take away has a reason', async () => {
  const fragments = [
    ...(await ourFragments('x86_64')),
    ...(await ourFragments('aarch64')),
    ...(await ourFragments('riscv64')),
  ];
  const without = fragments.flatMap(sections).filter(({ reason, off }) => off.length > 0 && reason === '');
  expect(without).toEqual([]);
  const counts = { base: 9, ours: 4, added: 1, off: 6, named: 2, below: 2, unselected: 1, otherwise: 1 };
  const told = explanation({
    version: '6.12-stub',
    size: 2 ** 20,
    counts,
    changed: [],
    sections: fragments.flatMap(sections),
  });
  expect(told[0]).toBe('kernel 6.12-stub: 1.0 MiB, no modules');
  expect(told).toContainEqual(expect.stringMatching(/^ {2}Hardening \(\d+\): This machine is thrown away/));
});
