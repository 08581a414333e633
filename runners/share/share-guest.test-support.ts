import { moduleGuest, VIRTIO } from '../host/module-guest.test-support.ts';

/** A kernel and an initramfs of Debian's, whose guest mounts the share `fs` and gives a shell: made in `folder`. */
export const shareGuest = (folder: string) =>
  moduleGuest(folder, { modules: [...VIRTIO, 'fuse', 'virtiofs'], script: ['mount -t virtiofs fs /mnt'] });
