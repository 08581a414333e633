import { closest, distance } from 'fastest-levenshtein';
import { UsageError } from '../errors.ts';

/** The names nearest to what was typed, best first, three at most; none that would need most of its letters changed. */
export function nearest(typed: string, valid: readonly string[]): string[] {
  const measured = valid
    .map((name) => ({ name, far: distance(typed.toLowerCase(), name.toLowerCase()) }))
    .filter(({ far }) => far <= Math.max(2, Math.ceil(typed.length / 2)))
    .toSorted((a, b) => a.far - b.far);
  // Next to a slip of the finger, what is two and more letters further is noise.
  const best = measured[0]?.far ?? 0;
  return measured
    .filter(({ far }) => far <= best + 1)
    .slice(0, 3)
    .map(({ name }) => name);
}

/** "did you mean debian13 or debian12?", or all valid names where none is near. */
export function suggest(typed: string, valid: readonly string[]): string {
  if (valid.length === 0) return 'none is valid here';
  const near = nearest(typed, valid);
  if (near.length > 0) return `did you mean ${near.join(' or ')}?`;
  if (valid.length <= 12) return `valid are ${valid.join(', ')}`;
  return `the nearest is ${closest(typed, [...valid])}`;
}

/** The error for a name that is none of the valid ones. `kind` is what it should have been: "distribution", "flag". */
export function unknownName(kind: string, typed: string, valid: readonly string[], command?: string): UsageError {
  return new UsageError({
    code: `unknown-${kind.replaceAll(' ', '-')}`,
    message: `unknown ${kind} "${typed}": ${suggest(typed, valid)}`,
    ...(nearest(typed, valid).length > 0 && valid.length <= 30 ? { hint: `valid: ${valid.join(', ')}` } : {}),
    ...(command ? { command } : {}),
  });
}
