import { INSTALL, type Row } from '../row.ts';

/** What makes everything above it fail in any way, up to a panic. */
export const DAMAGE: readonly Row[] = [
  {
    code: 'squashfs-damaged',
    seen: [/SQUASHFS error: (?<what>.+)/],
    sentence: "stub's squashfs is damaged: {what}",
    hint: 'Build the image again: ./stub-matrix image --fresh; one of your own, compare with its checksum.',
  },
];

/** What runs out, and what breaks below the filesystem. */
export const RESOURCES: readonly Row[] = [
  {
    code: 'io-error',
    seen: [/I\/O error, dev (?<device>(?:vd|sd|nvme)\w+), sector (?<sector>\d+) op \w+:\((?<operation>\w+)\)/],
    sentence: 'the disk {device} failed on {operation} at sector {sector}',
    hint: 'Look at the file behind the disk and at the filesystem of the host that it lies on.',
  },
  {
    code: 'out-of-memory',
    seen: [/(?:Out of memory|Memory cgroup out of memory): Killed process \d+ \((?<program>[^)]+)\)/],
    sentence: 'the guest ran out of memory and its kernel killed {program}',
    hint: 'The table above this line says who had taken how much.',
  },
  {
    code: 'program-killed',
    explains: INSTALL,
    seen: [/line \d+: +\d+ Killed +(?<program>\S.*)/],
    sentence: 'somebody in the guest killed a program of the installer: {program}',
    hint: 'Mostly that is the kernel, out of memory, which says so in dmesg only: run with --keep and ask it.',
  },
  {
    code: 'disk-full',
    explains: INSTALL,
    seen: [/FAILED in step (?<step>\S+ \S+): no space left on the new root, (?<free>\d+) MiB free/],
    sentence: 'the disk became full in step {step} of the installer',
    hint: 'Look at what takes the space; a cell has 20 GiB.',
  },
  {
    code: 'no-space',
    seen: [/(?<who>\S.*): No space left on device/],
    sentence: 'a filesystem of the guest is full: {who}',
    hint: 'Find out which: df -h in the guest (run with --keep).',
  },
  {
    code: 'disk-too-small',
    explains: INSTALL,
    seen: [/FAILED in step .*: (?<disk>\/dev\/\S+) has (?<has>\d+) MiB, an install needs (?<needs>\d+)/],
    sentence: 'the disk {disk} has {has} MiB and the installer needs {needs}',
    hint: 'Give the machine a larger disk.',
  },
  {
    code: 'read-only-root',
    reason: /(?<who>[^"\n]+): Read-only file system/,
    sentence: 'the root filesystem is read-only: {who}',
    hint: 'Look for what the filesystem said before it became so: dmesg in the guest.',
  },
];
