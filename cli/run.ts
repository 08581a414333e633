import { availableParallelism } from 'node:os';
import { UsageError } from '../runners/errors.ts';
import { loadMatrix } from '../runners/matrix/load.ts';
import type { RunOptions } from '../runners/matrix/options.ts';
import type { Plan } from '../runners/matrix/plan.ts';
import { attempt, pasteable } from '../runners/process/command.ts';
import { outlookOn } from '../suites/harness/outlook.ts';
import type { OpenPackages } from '../suites/packages.ts';
import type { Context, Start } from './commands.ts';
import { chooseEmulator } from './emulator.ts';
import type { Parsed } from './flags.ts';
import { checkGivenImage } from './given-image.ts';
import { tidyUp } from './leftovers.ts';
import { checkout, defaultFolders } from './options.ts';
import { planTotals } from './plan-text.ts';
import { foreseen, planOf } from './planning.ts';
import { flagValues, resumedOf } from './resume.ts';
import { requireTools, usesOf } from './tools.ts';

export const start: Start = async (parsed, context) => {
  const resumed = parsed.flags.has('resume') ? resumedOf(parsed, context) : undefined;
  const planned = await foreseen(resumed ?? planOf(parsed, loadMatrix(), context));
  const { plan, options } = planned;
  // Of a run that is resumed, all cells may have come to their end, and only the report be missing.
  if (plan.run.length === 0 && !resumed) throw nothingToRun(parsed, plan);
  context.print(planTotals(planned, await outlookOn(plan, options)));
  const warning = tooManyCores(options.cores);
  if (warning) context.print(`note: ${warning}`);

  const arches = [...new Set(plan.run.map(({ cell }) => cell.arch))];
  await requireTools({ uses: usesOf(plan.run), arches }, context);
  await checkGivenImage(options);
  await chooseEmulator(plan.run, options, context);
  const packages = await packagesFor(plan, options, context);
  context.signal.throwIfAborted();

  await tidyUp(options.cacheFolder, context);
  const { resumeSuites, startSuites } = await import('../suites/start.ts');
  const properties = { commit: await commit(), command: pasteable(['./stub-matrix', ...process.argv.slice(2)]) };
  // From here on an interruption is the suites' to see; one before would pass them by.
  context.signal.throwIfAborted();
  const setting = {
    properties,
    defaults: defaultFolders(context),
    flags: flagValues(parsed, context),
    env: context.env,
    plain: parsed.flags.has('plain'),
    ...(packages ? { packages } : {}),
  };
  const { exitCode } = resumed
    ? await resumeSuites(resumed.runPath, resumed.changes, setting)
    : await startSuites(plan, options, setting);
  return exitCode;
};

/** Eight emulated guests, said to have eight cores, had two: each took eight minutes to boot, and three never opened their console. */
export function tooManyCores(cores = 0, there = availableParallelism()): string | undefined {
  if (cores <= there) return undefined;
  return `--cores ${cores} is more than this host has (${there}): guests that starve run into timeouts of their own, and fail of that`;
}

/** Nothing where guests are let out: where it was asked for, and with an image of somebody else's, which need not know a proxy. */
async function packagesFor(plan: Plan, options: RunOptions, context: Context): Promise<OpenPackages | undefined> {
  if (options.direct || options.image) return undefined;
  const { openPackages, preparePackages } = await import('../runners/cell/packages.ts');
  await preparePackages(plan.run, options, context);
  return (given) => openPackages({ ...given, env: context.env });
}

function nothingToRun({ flags }: Parsed, plan: Plan): UsageError {
  const [shard] = flags.get('shard') ?? [];
  if (shard !== undefined) {
    return new UsageError({
      code: 'empty-shard',
      message: `shard ${shard} has no cell to run: of what was asked for, less can be run than there are shards`,
      hint: 'cut it into fewer',
    });
  }
  const reasons = plan.skip.map(({ cell, because }) => `  ${cell.id}: ${because}`);
  return new UsageError({
    code: 'nothing-to-run',
    message: ['nothing of what was asked for can be run:', ...reasons].join('\n'),
    hint: 'see what can be run',
    command: './stub-matrix plan',
  });
}

/** The commit of this checkout, marked where files differ from it. */
async function commit(): Promise<string> {
  const { stdout } = await attempt(['git', '-C', checkout, 'describe', '--always', '--abbrev=40', '--dirty']);
  return stdout.trim() || 'unknown';
}
