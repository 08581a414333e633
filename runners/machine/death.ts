import { readFileSync } from 'node:fs';
import { GuestFailure, HarnessError, type StubMatrixError } from '../errors.ts';
import { pasteable } from '../process/command.ts';
import type { QemuExit } from '../qemu/launch.ts';

/** How the kernel ends a program for what that program did itself; all other signals are sent by somebody. */
const CRASHES: readonly (string | undefined)[] = [
  'SIGABRT',
  'SIGSEGV',
  'SIGBUS',
  'SIGILL',
  'SIGFPE',
  'SIGTRAP',
  'SIGSYS',
];

/** Whose fault the end of QEMU is, and what it was. */
export function deathOf(exit: QemuExit, awaiting: string, log: string, argv: readonly string[]): StubMatrixError {
  const during = `while we waited for ${awaiting}`;
  const died = (how: string) =>
    new HarnessError({
      code: 'qemu-died',
      message: `QEMU ${how} ${during}${lastWords(log)}`,
      evidence: log,
      command: pasteable(argv),
    });
  switch (exit.reason) {
    case 'guest-shutdown':
      return new GuestFailure({ code: 'guest-powered-off', message: `the guest powered itself off ${during}` });
    case 'guest-panic':
      return new GuestFailure({ code: 'kernel-panic', message: `the guest's kernel panicked ${during}` });
    case 'quit':
      return new HarnessError({ code: 'qemu-ended', message: `QEMU was told to end ${during}` });
    case 'killed-by-signal':
      if (CRASHES.includes(exit.signal)) return died(`crashed with ${exit.signal}`);
      return new HarnessError({
        code: 'qemu-killed',
        message: `QEMU was killed by ${exit.signal ?? 'a signal'} from outside ${during}`,
        hint: 'look for who ended it: the out-of-memory killer writes into the kernel log',
        command: 'journalctl -k -n 50',
        evidence: log,
      });
    case 'exit-status':
      return died(`gave up with exit status ${exit.exitCode}`);
  }
}

/** What QEMU itself has said last, if it has said anything. */
function lastWords(log: string): string {
  try {
    const words = readFileSync(log, 'utf8').trim().split('\n').at(-1);
    return words ? `; its last words: ${words}` : '';
  } catch {
    // There is no more to say of it.
    return '';
  }
}
