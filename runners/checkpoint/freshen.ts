import { randomBytes } from 'node:crypto';
import { GuestFailure } from '../errors.ts';
import type { Machine, Patience } from '../machine/machine.ts';

/** How a guest took the randomness that it was given: at once, or with its kernel's next reseeding, within a minute. */
export type Reseeded = 'at once' | 'within a minute';

export interface Freshened {
  /** By how many seconds the guest's clock was wrong. */
  readonly clockOff: number;
  readonly reseeded: Reseeded;
}

/** RNDRESEEDCRNG of linux/random.h: _IO('R', 7), the same on all our architectures. */
const RESEED = 0x5207;

/** Whatever can call ioctl, in the order in which distributions are likely to have it. */
const RESEEDERS = [
  `perl -e 'open(my $f, ">", "/dev/urandom") && ioctl($f, ${RESEED}, 0) or exit 1'`,
  `python3 -c 'import fcntl; fcntl.ioctl(open("/dev/urandom", "wb"), ${RESEED})'`,
  `python -c 'import fcntl; fcntl.ioctl(open("/dev/urandom", "wb"), ${RESEED})'`,
  `/usr/libexec/platform-python -c 'import fcntl; fcntl.ioctl(open("/dev/urandom", "wb"), ${RESEED})'`,
];

/** Written as octal escapes, as every printf reads them for %b. */
function octal(bytes: Buffer): string {
  return [...bytes].map((byte) => `\\0${byte.toString(8).padStart(3, '0')}`).join('');
}

/**
 * Makes right what a guest that was just loaded has wrong: its clock stands at the saving, and its random numbers would be
 * those of every other guest of the same checkpoint. Needs the root shell on the console, which need not have shown its prompt.
 *
 * The network needs nothing: QEMU's user network and its lease are in the checkpoint, and time for leases does not pass
 * while a machine is saved.
 *
 * @throws GuestFailure `not-freshened` where the guest does not take the time; as `Machine.execute` does.
 */
export async function freshen(machine: Machine, patience: Patience): Promise<Freshened> {
  // The guest's kernel writes where its clock jumps, and the shell may be in the midst of a line.
  machine.qemu.console.send('\u0015\n');
  const seed = octal(randomBytes(32));
  const reseed = `{ ${RESEEDERS.join(' || ')}; } 2>/dev/null`;
  const asked = Date.now();
  const lines = [
    'was=$(date +%s)',
    `date -s @${(asked / 1000).toFixed(3)} >/dev/null || date -s @${Math.round(asked / 1000)} >/dev/null || exit 1`,
    `printf %b '${seed}' >/dev/urandom`,
    `if ${reseed}; then echo $was 'at once'; else echo $was 'within a minute'; fi`,
  ];
  const { status, output } = await machine.execute(`(${lines.join('; ')})`, patience);
  const answer = /^(\d+) (at once|within a minute)$/m.exec(output);
  if (status !== 0 || !answer) {
    throw new GuestFailure({
      code: 'not-freshened',
      message: `${patience.awaiting}: the guest did not take the time (status ${status}): ${output}`,
    });
  }
  return { clockOff: Math.round(asked / 1000) - Number(answer[1]), reseeded: answer[2] as Reseeded };
}
