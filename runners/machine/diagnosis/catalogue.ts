import { ARCHIVE } from './catalogue/archive.ts';
import { INITRAMFS } from './catalogue/initramfs.ts';
import { KERNEL, KERNEL_STUCK } from './catalogue/kernel.ts';
import { MACHINE } from './catalogue/machine.ts';
import { PACKAGES } from './catalogue/packages.ts';
import { DAMAGE, RESOURCES } from './catalogue/resources.ts';
import { ENDED, SERVICES } from './catalogue/services.ts';
import { LOOPS, STANDSTILL } from './catalogue/silence.ts';
import { STUB } from './catalogue/stub.ts';
import { SYSTEMD } from './catalogue/systemd.ts';
import type { Row } from './row.ts';

/**
 * What can be told from a failure, in rank: a cause stands before what follows from it. A disk that is full makes dpkg fail,
 * which makes the installer give up; a driver that is missing hides the root, which ends in a shell of the initramfs.
 */
export const CATALOGUE: readonly Row[] = [
  ...MACHINE,
  ...DAMAGE,
  ...KERNEL,
  ...RESOURCES,
  ...STUB,
  ...INITRAMFS,
  ...SYSTEMD,
  ...ARCHIVE,
  ...PACKAGES,
  ...SERVICES,
  ...ENDED,
  ...KERNEL_STUCK,
  ...LOOPS,
  ...STANDSTILL,
];
