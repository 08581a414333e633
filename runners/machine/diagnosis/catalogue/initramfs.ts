import { BOOT_INSTALLED, type Row } from '../row.ts';

const DISK_SEEN = /(?:virtio_blk virtio\d+: |\] |^)\[?vd[a-z]\]? ?(?:\d+ \d+-byte|:)|: \[vd[a-z]\] /;

/** The installed system's initramfs: it cannot find its root, or not use it. */
export const INITRAMFS: readonly Row[] = [
  {
    code: 'root-driver-missing',
    explains: BOOT_INSTALLED,
    unless: DISK_SEEN,
    seen: [
      /ALERT! +(?<root>\S+) does not exist|dracut-initqueue.*(?:: Warning: (?<root>\S+) does not exist|\[ -e "(?<root>\/dev\/[^"]+)" \])/,
    ],
    sentence:
      "the installed system's initramfs shows no disk at all: it lacks the driver for the one that has its root",
    hint: "Have the installer put virtio_blk into the initramfs: the distribution's initramfs part in image/files/usr/lib/stub/install.",
  },
  {
    code: 'root-missing',
    explains: BOOT_INSTALLED,
    seen: [/ALERT! +(?<root>\S+) does not exist/],
    sentence: "the installed system's initramfs has a disk but waits in vain for its root, {root}",
    hint: 'Compare root= on the command line with the UUID that blkid shows for the disk.',
  },
  {
    code: 'dracut-root-missing',
    explains: BOOT_INSTALLED,
    // In the emergency that comes of it, as dracut had it until 057; since then each time that it looks in vain.
    seen: [
      /dracut-initqueue.*starting timeout scripts/,
      /Warning: (?<root>\/\S+) does not exist|dracut-initqueue.*\[ -e "(?<root>\/dev\/[^"]+)" \]/,
    ],
    sentence: 'dracut waited in vain for {root} and timed out',
    hint: 'Compare root= on the command line with the UUID that blkid shows for the disk.',
  },
  {
    code: 'dracut-timeout',
    explains: BOOT_INSTALLED,
    seen: [/dracut-initqueue.*starting timeout scripts/],
    sentence: "dracut's initqueue timed out: something that the boot waits for never came",
    hint: 'Add rd.debug to the command line; rdsosreport.txt in the shell names what is waited for.',
  },
  {
    code: 'root-unusable',
    explains: BOOT_INSTALLED,
    seen: [
      /Target filesystem doesn't have requested (?<init>\S+?)\.?$|Cannot find init|No init found\. Try passing init= bootarg|Failed to switch root: (?<why>.+)/,
    ],
    sentence: 'the root filesystem was mounted and has no system on it that can be started',
    hint: 'Look at what lies on the disk: ./stub-matrix shell CELL, then mount it.',
  },
  {
    code: 'root-mount-failed',
    explains: BOOT_INSTALLED,
    seen: [
      /mount: (?:mounting )?(?<what>\/dev\/\S+) on (?:\/root|\/sysroot) failed: (?<why>.+)|Failed to mount (?<what>\S+) as root file system/,
    ],
    sentence: "the installed system's initramfs could not mount its root {what}: {why}",
    hint: 'What the kernel said of it stands above this line.',
  },
  {
    code: 'initramfs-shell',
    explains: BOOT_INSTALLED,
    seen: [/^\(initramfs\) |Entering emergency mode\. Exit the shell/],
    sentence: "the installed system's initramfs gave up and offers a shell",
    hint: 'What it missed stands above this line; run with --keep and ask it.',
  },
];
