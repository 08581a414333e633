import type { Console } from '../../channels/console/console.ts';
import { GuestFailure, HarnessError, type StubMatrixError } from '../../errors.ts';
import { judge, type Limits, type Standstill, type Verdict } from './judge.ts';
import { followRepeats } from './repeats.ts';
import type { Hold } from './sample.ts';
import { type Sampled, type Sampler, secondsNow } from './sampler.ts';

/** How long something may take that has no time by which it must be done. */
export interface Budget extends Limits {
  /** Seconds by the clock after which we give up though the guest gets on: so far away that only a mistake of ours gets there. */
  readonly ceiling: number;
}

/** The codes of the failures below: the guest answers nothing more. */
export const STUCK = ['hung', 'looping', 'past-ceiling'] as const;

/** The codes where QEMU could not run it. */
export const HOLDS = ['qemu-stopped', 'qemu-paused', 'qemu-deaf'] as const;

/** Of the repeated lines of a loop, and of a console's end. */
const [QUOTED_REPEATS, QUOTED_LINES] = [3, 15];

/**
 * Watches a guest until `signal` is aborted, which somebody does who waits for `awaiting`. Rejects when the guest has shown for
 * too long that it does not get on; never resolves.
 *
 * @throws GuestFailure `hung`, `looping`, `past-ceiling`.
 * @throws HarnessError `qemu-stopped`, `qemu-paused`, `qemu-deaf` where QEMU could not run it.
 */
export function watchProgress(
  sampler: Sampler,
  qemu: Sampled['qemu'],
  { awaiting, budget, signal }: { readonly awaiting: string; readonly budget: Budget; readonly signal: AbortSignal },
): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  const began = secondsNow();
  const first = sampler.samples.length;
  const { add, repeats } = followRepeats(began);
  const look = () => {
    const verdict = judge(sampler.samples.slice(first), repeats(), budget);
    const late = secondsNow() - began > budget.ceiling;
    if (late || verdict.kind !== 'working') reject(problemOf(verdict, awaiting, budget, qemu));
  };
  const ends = [qemu.console.onLine((line) => add(secondsNow(), line)), sampler.onSample(look)];
  signal.addEventListener('abort', () => ends.forEach((end) => void end()), { once: true });
  return promise;
}

function problemOf(verdict: Verdict, awaiting: string, budget: Budget, qemu: Sampled['qemu']): StubMatrixError {
  const failure = (code: (typeof STUCK)[number], what: string) =>
    new GuestFailure({ code, message: `${awaiting}: ${what}; the console ends in\n${tail(qemu.console)}` });
  switch (verdict.kind) {
    case 'hung':
      return failure('hung', `the guest hangs: ${standstill(verdict)}`);
    case 'spinning':
      return failure('hung', `the guest spins: ${standstill(verdict)}`);
    case 'looping': {
      const { lines, count } = verdict.repeats;
      const quoted = lines.slice(-QUOTED_REPEATS).map((line) => `"${line.trim()}"`);
      const what = `for ${whole(verdict.seconds)} s it has said nothing new, ${count} lines that came before`;
      return failure('looping', `the guest loops: ${what}, such as ${quoted.join(', ')}`);
    }
    case 'held':
      return heldBack(verdict.hold, awaiting, qemu.pid, verdict.seconds);
    case 'working':
      return failure(
        'past-ceiling',
        `not seen within ${budget.ceiling} s, the absolute ceiling of this wait, though the guest got on all the time`,
      );
  }
}

const whole = (seconds: number) => Math.round(seconds);

function standstill({ quiet, bytes, cpu }: Standstill): string {
  return `no word on its console for ${whole(quiet)} s, since then ${Math.ceil(bytes / 1024)} KiB of disk access and ${cpu.toFixed(1)} s of CPU`;
}

function tail(console: Console): string {
  return console.tail(QUOTED_LINES).join('\n') || '(nothing)';
}

/** What to say of a QEMU that cannot run its guest; the hint, and the command to paste. */
const HELD_BACK: Readonly<
  Record<Exclude<Hold, 'runs'>, { what: string; hint: string; command: (pid: number) => string }>
> = {
  stopped: {
    what: 'a signal or a debugger has stopped QEMU',
    hint: 'look for who stopped it, and let it go on',
    command: (pid) => `kill -CONT ${pid}`,
  },
  paused: {
    what: 'QEMU keeps its guest paused, as it does where the disk of this host is full',
    hint: 'look for room on this host',
    command: () => 'df -h',
  },
  deaf: {
    what: 'QEMU runs, and answers nothing',
    hint: 'look what it is about: a disk of this host may not answer either',
    command: (pid) => `cat /proc/${pid}/stack /proc/${pid}/wchan`,
  },
};

/** Whatever did not come of a guest that QEMU could not run, it is not the guest's fault. */
export function heldBack(hold: Exclude<Hold, 'runs'>, awaiting: string, pid: number, seconds?: number): HarnessError {
  const { what, hint, command } = HELD_BACK[hold];
  const long = seconds === undefined ? '' : `, for ${whole(seconds)} s now`;
  const message = `${what}${long}, while we waited for ${awaiting}`;
  return new HarnessError({ code: `qemu-${hold}`, message, hint, command: command(pid) });
}
