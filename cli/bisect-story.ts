import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { firstDivergence } from '../reports/divergence/divergence.ts';
import type { Bisection } from '../runners/bisect/bisect.ts';
import type { Trial } from '../runners/bisect/builders/builder.ts';
import type { Stamped } from '../runners/bisect/record.ts';

interface Seen extends Pick<Trial, 'verdict'> {
  readonly signature: string;
  readonly cell: string;
  readonly because?: string | undefined;
  readonly evidence?: string | undefined;
}

/**
 * How what fails showed: the check with its reason, and the first line in which the console of the smallest kernel that fails
 * parts from that of the nearest one that passes in the same cell. Nothing where a command judged.
 */
export function storyLines({ proof }: Pick<Bisection, 'proof'>, events: readonly Stamped[]): string[] {
  const trials = events.flatMap(seen);
  const signatureOf = (digest: string | undefined) =>
    events.flatMap((event) => (event.type === 'built' && event.digest === digest ? [event.signature] : [])).at(-1);
  return proof
    .filter(({ role }) => role === 'breaks')
    .flatMap(({ digest }) => {
      const signature = signatureOf(digest);
      const failed = trials.find((trial) => trial.signature === signature && trial.verdict === 'fail');
      if (failed?.evidence === undefined) return [];
      const far = differing(events, digest);
      const passed = trials
        .filter(({ cell, verdict }) => cell === failed.cell && verdict === 'pass')
        .toSorted((one, other) => far(one.signature) - far(other.signature));
      return [
        `in ${failed.cell}: ${failed.because ?? 'it fails'}`,
        ...partingOf(linesIn(failed.evidence), consolesOf(passed)),
        `evidence: ${failed.evidence}`,
      ];
    });
}

/** By how many steps a kernel, given by its signature, is another one than that of a set; countless where nobody wrote that down. */
function differing(events: readonly Stamped[], digest: string | undefined): (signature: string) => number {
  const sets = new Map(
    events.flatMap((each) => (each.type === 'step' && each.steps ? [[each.digest, new Set(each.steps)]] : [])),
  );
  const mine = sets.get(digest ?? '');
  const nearest = new Map<string, number>();
  for (const each of events) {
    if (each.type !== 'built' || each.signature === undefined) continue;
    const steps = sets.get(each.digest);
    const far = mine && steps ? mine.symmetricDifference(steps).size : Number.MAX_SAFE_INTEGER;
    nearest.set(each.signature, Math.min(far, nearest.get(each.signature) ?? far));
  }
  return (signature) => nearest.get(signature) ?? Number.MAX_SAFE_INTEGER;
}

/** A trial of this search, or what an earlier one left. */
function seen(event: Stamped): Seen[] {
  if (event.type === 'trial') return [event];
  if (event.type !== 'recalled') return [];
  const { passed, failed, because, ...what } = event;
  return [
    ...(passed === undefined ? [] : [{ ...what, verdict: 'pass' as const, evidence: passed }]),
    ...(failed === undefined ? [] : [{ ...what, verdict: 'fail' as const, evidence: failed, because }]),
  ];
}

/** @param good consoles of trials that passed, the first of which is compared with; what the others say is no news either. */
function partingOf(bad: Console | undefined, [good, ...others]: readonly Console[]): string[] {
  if (!bad) return ['  its console is not there any more'];
  if (!good) return ['  no console of a trial that passed is left to compare it with'];
  const found = firstDivergence(bad, good, others);
  if (!found) return ['  its console tells no other story than the good one'];
  return [
    '  its console parts from the good one here:',
    ...found.here.map(({ number, text }) => `    bad  ${String(number).padStart(5)}  ${text}`.trimEnd()),
    ...found.there.map(({ number, text }) => `    good ${String(number).padStart(5)}  ${text}`.trimEnd()),
  ];
}

type Console = readonly string[];

const consolesOf = (trials: readonly Seen[]): Console[] =>
  trials.map(({ evidence }) => linesIn(evidence)).filter((lines) => lines !== undefined);

function linesIn(folder: string | undefined): Console | undefined {
  if (folder === undefined) return undefined;
  try {
    return readFileSync(join(folder, 'console.log'), 'utf8').split('\n');
  } catch {
    return undefined;
  }
}
