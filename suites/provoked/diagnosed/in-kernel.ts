import type { Cell } from '../../../runners/cell/cell.ts';
import { callNowhere } from './debugger.ts';
import { CHECKS, type Expected } from './failure.ts';
import { asInstaller } from './installer.ts';

/** Something that the kernel of a stub does wrong while the installer runs. */
export interface KernelFailure extends Expected {
  readonly name: string;
  readonly provoke: (cell: Cell, stack: AsyncDisposableStack) => Promise<void>;
}

const check = CHECKS.install;

/** Has the kernel make a mistake on behalf of a program of the installer. */
const mistake =
  (...before: readonly string[]) =>
  async (cell: Cell, stack: AsyncDisposableStack): Promise<void> => {
    await asInstaller(...before, 'echo reading; exec dd if=/dev/urandom of=/dev/null bs=64K')(cell);
    const address = await cell.guest.shell("sed -n 's/ t urandom_read_iter$//p' /proc/kallsyms");
    const { console } = cell.machine.qemu;
    const wait = { awaiting: 'dd', timeout: 60, from: console.position };
    const made = console.waitFor(/^reading$/m, wait).then(() => callNowhere(cell, stack, address));
    // Whether it was made shows in what the check says.
    made.catch(() => {});
  };

/** Each in a stub of its own. */
export const inKernel: readonly KernelFailure[] = [
  {
    name: 'a mistake of the kernel',
    provoke: mistake(),
    check,
    code: 'oops',
    says: /mistake of its own in .*NULL pointer dereference/,
  },
  {
    name: 'a mistake of a kernel that is to panic of it',
    provoke: mistake('echo 1 > /proc/sys/kernel/panic_on_oops'),
    check,
    code: 'oops-panic',
    says: /mistake of its own .*NULL pointer dereference.* and panicked/,
  },
];
