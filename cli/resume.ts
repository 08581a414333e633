import { resolve } from 'node:path';
import { findRun } from '../reports/runs.ts';
import { UsageError } from '../runners/errors.ts';
import type { RunOptions } from '../runners/matrix/options.ts';
import { pasteable } from '../runners/process/command.ts';
import { brokenOff } from '../suites/resume/broken-off.ts';
import type { FlagValues } from '../suites/resume/run-file.ts';
import { resumeFlags, runFlags, selectionFlags } from './flag-rows.ts';
import type { Flag, Flags, Parsed } from './flags.ts';
import { outFolderOf, requireOneWish, runOptionsOf, type Surroundings } from './options.ts';
import type { Planned } from './planning.ts';

/** What makes a run what it is, and what `--resume` may say besides. */
const ofRun: Flags = { ...selectionFlags, ...runFlags };

/** Where a run lies is where it is looked for, not what it is. */
const WHERE = new Set(['out', ...Object.keys(resumeFlags)]);

/** A run to go on with. */
export interface Resumed extends Planned {
  /** Absolute path of its folder. */
  readonly runPath: string;
  /** Of its options, what was given anew. */
  readonly changes: Partial<RunOptions>;
}

/**
 * What is left to do of the run that `--resume` names. It is the same run: its flags need not be given again, and may not
 * contradict those that it was started with.
 *
 * @throws UsageError `unknown-run`, `resume-contradicts`, and as `brokenOff`
 */
export function resumedOf(parsed: Parsed, surroundings: Surroundings): Resumed {
  const name = parsed.flags.get('resume')?.[0] ?? 'latest';
  const runPath = findRun(name, outFolderOf(parsed, surroundings), surroundings.cwd).path;
  const changes = changesOf(parsed, surroundings);
  const { file, options, unfinished } = brokenOff(runPath, changes);
  requireSame(flagValues(parsed, surroundings), file.flags, file.run);
  requireOneWish(options);
  const run = unfinished.map(({ planned }) => planned);
  const ids = new Set(run.map(({ cell }) => cell.id));
  const ended = file.plan.run.flatMap(({ cell }) => (ids.has(cell.id) ? [] : [cell]));
  const rest = `that have ended, of run ${file.run}`;
  return { runPath, changes, options, plan: { run, skip: [], unselected: ended }, rest };
}

/** The flags that were given, as they are kept with a run and compared: file names whole, lists without order. */
export function flagValues({ flags }: Parsed, { cwd }: Pick<Surroundings, 'cwd'>): FlagValues {
  const given = [...flags].filter(([name]) => Object.hasOwn(ofRun, name) && !WHERE.has(name));
  return Object.fromEntries(
    given.map(([name, values]) => {
      const whole = (each: string) => (namesFile(ofRun[name], each) ? resolve(cwd, each) : each);
      return [name, [...new Set(values.map(whole))].toSorted()];
    }),
  );
}

const namesFile = (flag: Flag | undefined, value: string) =>
  ['FILE', 'DIR'].includes(flag?.value ?? '') || (flag?.value === 'NAME|FILE' && !['ours', 'debian'].includes(value));

/** Of the options, those that flags which may be given anew were given for. */
function changesOf(parsed: Parsed, surroundings: Surroundings): Partial<RunOptions> {
  const optionsBy = (flags: Parsed['flags']) => Object.entries(runOptionsOf({ flags, words: [] }, surroundings));
  const without = new Map(optionsBy(new Map()));
  const anew = new Map([...parsed.flags].filter(([name]) => ofRun[name]?.anew));
  // One that says what is the default is given all the same.
  return Object.fromEntries(optionsBy(anew).filter(([name, value]) => anew.has(name) || without.get(name) !== value));
}

/** @throws UsageError `resume-contradicts` */
function requireSame(given: FlagValues, before: FlagValues, run: string): void {
  for (const [name, values] of Object.entries(given)) {
    const past = before[name];
    if (ofRun[name]?.anew || JSON.stringify(past) === JSON.stringify(values)) continue;
    const typed = pasteable([`--${name}`, ...(values.length > 0 ? [values.join(',')] : [])]);
    const was = past && pasteable([`--${name}`, ...(past.length > 0 ? [past.join(',')] : [])]);
    throw new UsageError({
      code: 'resume-contradicts',
      message: `${typed} contradicts run ${run}, which was started ${was === undefined ? `without --${name}` : `with ${was}`}`,
      hint: 'a run that is resumed has the flags that it was started with; leave this one out, or start another run',
    });
  }
}
