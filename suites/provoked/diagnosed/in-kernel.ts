import type { Cell } from '../../../runners/cell/cell.ts';
import { addressOf, divert } from './debugger.ts';
import { CHECKS, type Expected } from './failure.ts';
import { asInstaller } from './installer.ts';

/** Something that the kernel of a stub does wrong while the installer runs. */
export interface KernelFailure extends Expected {
  readonly name: string;
  readonly provoke: (cell: Cell, stack: AsyncDisposableStack) => Promise<void>;
}

const check = CHECKS.install;

/** Has the kernel go astray in a system call of the installer's; `to` is a function of its own, or nowhere. */
const astray =
  (to: string | undefined, ...before: readonly string[]) =>
  async (cell: Cell, stack: AsyncDisposableStack): Promise<void> => {
    await asInstaller(...before, 'echo reading; exec dd if=/dev/urandom of=/dev/null bs=64K')(cell);
    const from = await addressOf(cell, 'urandom_read_iter');
    const target = to === undefined ? '0' : await addressOf(cell, to);
    const { console } = cell.machine.qemu;
    const wait = { awaiting: 'dd', timeout: 60, from: console.position };
    const diverted = console.waitFor(/^reading$/m, wait).then(() => divert(cell, stack, from, target));
    // Whether that came off shows in what the check says.
    diverted.catch(() => {});
  };

/** Each in a stub of its own. */
export const inKernel: readonly KernelFailure[] = [
  {
    name: 'a mistake of the kernel',
    provoke: astray(undefined),
    check,
    code: 'oops',
    says: /mistake of its own in .*NULL pointer dereference/,
  },
  {
    name: 'a mistake of a kernel that is to panic of it',
    provoke: astray(undefined, 'echo 1 > /proc/sys/kernel/panic_on_oops'),
    check,
    code: 'oops-panic',
    says: /mistake of its own .*NULL pointer dereference.* and panicked/,
  },
  {
    name: 'a kernel that never comes back',
    // An endless loop, for a processor that panics while another one does.
    provoke: astray('panic_smp_self_stop'),
    check,
    code: 'rcu-stall',
    says: /stood still for longer than its kernel puts up with/,
  },
];
