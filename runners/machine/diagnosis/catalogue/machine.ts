import type { Row } from '../row.ts';

/** The host's own: QEMU, and what it takes to start it. Known by the reason; a guest says nothing of it. */
export const MACHINE: readonly Row[] = [
  {
    code: 'qemu-killed',
    reason: /^qemu-killed: QEMU was killed by (?<signal>.+?) from outside/,
    sentence: 'somebody on this host killed QEMU with {signal}',
    hint: 'Look into the kernel log of the host for its out-of-memory killer: journalctl -k -n 50.',
  },
  {
    code: 'qemu-image-locked',
    reason: /Failed to get "(?<lock>[^"]+)" lock/,
    sentence: 'another process has a disk image of this cell open, so QEMU got no "{lock}" lock on it',
    hint: 'Look for the process that has the image open (fuser, lsof): a guest that was kept by --keep, or another run.',
  },
  {
    code: 'qemu-kernel-refused',
    reason: /^qemu-start-failed: .*?qemu[\w-]*: (?<words>[^\n]*kernel[^\n]*)/s,
    sentence: 'QEMU does not take the file it was given as a kernel: {words}',
    hint: 'Look at the file given by --kernel with file(1), and whether it is one for {arch}.',
  },
  {
    code: 'qemu-start-failed',
    // Without the option it read last, which can be longer than what is wrong with it.
    reason: /^qemu-start-failed: QEMU ended at once with [^:]+: (?:qemu-system-\w+: )?(?:-\w+ \S+: )?(?<words>.+)/,
    sentence: 'QEMU did not start: {words}',
  },
  {
    code: 'qemu-died',
    reason: /^qemu-died: QEMU (?<how>gave up with exit status \d+|crashed with SIG\w+)/,
    sentence: 'QEMU itself {how}',
    hint: 'Its last words are in qemu.log of the cell.',
  },
  {
    code: 'share-died',
    reason: /^share-died: (?<words>.+)/,
    sentence: 'what serves the root over virtiofs ended: {words}',
    hint: 'Its last words are in virtiofsd.log of the cell.',
  },
];
