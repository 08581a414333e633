import { expect, test } from 'vitest';
import { shapeOf } from './shape.ts';

/** Each pair was said in two runs of one cell. */
test.for([
  ['[    0.000000] Initmem setup node 0', '[    0.0000000] Initmem setup node 0'],
  [
    '[    0.000000] found SMP MP-table at [mem 00x000f5b80-0x000f5b8f]',
    '[    0.000000] found SMP MP-table at [mem 0x000f5b80-0x000f5b8f]',
  ],
  ['[    0.000000] ACPI: FACS 0xx000000007FFE0000 000040', '[    0.000000] ACPI: FACS 0x000000007FFE0000 000040'],
  [
    '[    0.100000] Booting paravirtualized kerneel on bare hardware',
    '[    0.100000] Booting paravirtualized kernel on bare hardware',
  ],
  ['stub-install: bootstrap: have the index (19 s)', 'stub-install: bootstrap: have the index (4 s)'],
  [
    '[    2.034006] audit: type=2000 audit(1795954971.076:1): state=initialized',
    '[    1.993000] audit: type=2000 audit(1795950000.1:1): state=initialized',
  ],
  [
    "root@debian13:~#  printf '%s-%s\\n' begin 634118b9; eval",
    "root@debian13:~#  printf '%s-%s\\n' begin 63411889; eval",
  ],
  ['Fetched 180 MB in 2min 3s (1463 kB/s)', 'Fetched 180 MB in 59s (3.1 MB/s)'],
])('%s', ([one = '', other = '']) => {
  expect(shapeOf(one)).toBe(shapeOf(other));
});

test.for([
  ['[  OK  ] Started ssh.service', '[FAILED] Failed to start ssh.service'],
  [
    'stub: kexec-boot: nothing to boot: /dev/vdb holds no filesystem',
    'stub: kexec-boot: nothing to boot: /dev/vdb (ext4): no kernel in / or /boot',
  ],
])('%s is not the same as %s', ([one = '', other = '']) => {
  expect(shapeOf(one)).not.toBe(shapeOf(other));
});
