import { existsSync } from 'node:fs';
import { HarnessError } from '../errors.ts';
import type { Argv } from '../process/command.ts';

/** The two programs of that name, which understand different words. */
interface Flavour {
  /** Where distributions put it. */
  readonly paths: readonly string[];
  /** What follows the program's name. `folder` is all that the guest gets to see. */
  readonly words: (folder: string, socket: string) => readonly string[];
}

/**
 * In the order of preference. Nobody but the guest touches the folder while it runs, so the guest may keep what it has read
 * (cache=always). Extended attributes hold file capabilities, which packages set.
 */
const FLAVOURS: readonly Flavour[] = [
  {
    // In Rust: Debian 13, Ubuntu 24.04, Fedora, EL; Arch.
    paths: ['/usr/libexec/virtiofsd', '/usr/lib/virtiofsd'],
    words: (folder, socket) => [
      `--socket-path=${socket}`,
      `--shared-dir=${folder}`,
      ...['--sandbox=chroot', '--cache=always', '--xattr', '--inode-file-handles=prefer'],
    ],
  },
  {
    // In C, a part of QEMU until 7.2: Debian 12, Ubuntu 22.04. The comma parts its options.
    paths: ['/usr/lib/qemu/virtiofsd'],
    words: (folder, socket) => [
      ...['-f', `--socket-path=${socket}`],
      ...['-o', `source=${folder.replaceAll(',', '\\,')}`],
      ...['-o', 'sandbox=chroot,cache=always,xattr,log_level=warn'],
    ],
  },
];

/** All paths at which the program is looked for. */
export const VIRTIOFSD_PATHS: readonly string[] = FLAVOURS.flatMap(({ paths }) => paths);

/**
 * The command that shares `folder` with the guest that connects to `socket`.
 *
 * @throws HarnessError `no-virtiofsd`.
 */
export function virtiofsdArgv(folder: string, socket: string, exists: (path: string) => boolean = existsSync): Argv {
  for (const { paths, words } of FLAVOURS) {
    const program = paths.find(exists);
    if (program) return [program, ...words(folder, socket)];
  }
  throw new HarnessError({
    code: 'no-virtiofsd',
    message: `virtiofs needs virtiofsd, which is at none of ${VIRTIOFSD_PATHS.join(', ')}`,
    hint: 'from Debian 13 and Ubuntu 24.04 on it is a package of its own',
    command: 'apt-get install virtiofsd',
  });
}
