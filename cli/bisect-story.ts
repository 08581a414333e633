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
 * parts from that of one that passes in the same cell. Nothing where a command judged.
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
      const passed = trials.find(({ cell, verdict }) => cell === failed.cell && verdict === 'pass');
      return [
        `in ${failed.cell}: ${failed.because ?? 'it fails'}`,
        ...(passed?.evidence === undefined ? [] : partingOf(failed.evidence, passed.evidence)),
        `evidence: ${failed.evidence}`,
      ];
    });
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

function partingOf(bad: string, good: string): string[] {
  const [here, there] = [linesIn(bad), linesIn(good)];
  const found = here && there && firstDivergence(here, there);
  if (!found) return ['  its console tells no other story than the good one'];
  return [
    '  its console parts from the good one here:',
    ...found.here.map(({ number, text }) => `    bad  ${String(number).padStart(5)}  ${text}`.trimEnd()),
    ...found.there.map(({ number, text }) => `    good ${String(number).padStart(5)}  ${text}`.trimEnd()),
  ];
}

function linesIn(folder: string): readonly string[] | undefined {
  try {
    return readFileSync(join(folder, 'console.log'), 'utf8').split('\n');
  } catch {
    return undefined;
  }
}
