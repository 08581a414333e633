import { expect, test } from 'vitest';
import { loadOrder } from './initramfs.ts';

const dep = `kernel/drivers/block/virtio_blk.ko:
kernel/fs/overlayfs/overlay.ko:
kernel/drivers/md/dm-crypt.ko: kernel/drivers/md/dm-mod.ko kernel/lib/helper.ko
kernel/drivers/md/dm-mod.ko: kernel/lib/helper.ko
kernel/lib/helper.ko:
`;
const builtin = 'kernel/fs/squashfs/squashfs.ko\n';

test('what a module needs is loaded before it, each once', () => {
  expect(loadOrder(['dm_crypt', 'dm_mod', 'overlay'], dep, builtin)).toEqual([
    'kernel/lib/helper.ko',
    'kernel/drivers/md/dm-mod.ko',
    'kernel/drivers/md/dm-crypt.ko',
    'kernel/fs/overlayfs/overlay.ko',
  ]);
});

test('what the kernel has built in is not loaded; what it has in neither way is an error', () => {
  expect(loadOrder(['squashfs'], dep, builtin)).toEqual([]);
  expect(() => loadOrder(['virtio_mmio'], dep, builtin)).toThrow(/no module virtio_mmio/);
});
