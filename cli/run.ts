import { UsageError } from '../runners/errors.ts';
import { loadMatrix } from '../runners/matrix/load.ts';
import type { RunOptions } from '../runners/matrix/options.ts';
import type { Plan } from '../runners/matrix/plan.ts';
import { attempt, pasteable } from '../runners/process/command.ts';
import { outlookOn } from '../suites/harness/outlook.ts';
import type { OpenPackages } from '../suites/packages.ts';
import type { Context, Start } from './commands.ts';
import { checkGivenImage } from './given-image.ts';
import { tidyUp } from './leftovers.ts';
import { checkout, defaultFolders } from './options.ts';
import { planTotals } from './plan-text.ts';
import { planOf } from './planning.ts';
import { requireTools, usesOf } from './tools.ts';

export const start: Start = async (parsed, context) => {
  const { plan, options } = planOf(parsed, loadMatrix(), context);
  if (plan.run.length === 0) throw nothingToRun(plan);
  const outlook = await outlookOn(plan, options);
  context.print(planTotals(plan, outlook));

  const arches = [...new Set(plan.run.map(({ cell }) => cell.arch))];
  await requireTools({ uses: usesOf(plan.run), arches }, context);
  await checkGivenImage(options);
  const packages = await packagesFor(plan, options, context);
  context.signal.throwIfAborted();

  await tidyUp(options.cacheFolder, context);
  const { startSuites } = await import('../suites/start.ts');
  const properties = { commit: await commit(), command: pasteable(['./stub-matrix', ...process.argv.slice(2)]) };
  // From here on an interruption is the suites' to see; one before would pass them by.
  context.signal.throwIfAborted();
  const { exitCode } = await startSuites(plan, options, {
    properties,
    defaults: defaultFolders(context),
    outlook,
    ...(packages ? { packages } : {}),
  });
  return exitCode;
};

/** Nothing where guests are let out: where it was asked for, and with an image of somebody else's, which need not know a proxy. */
async function packagesFor(plan: Plan, options: RunOptions, context: Context): Promise<OpenPackages | undefined> {
  if (options.direct || options.image) return undefined;
  const { openPackages, preparePackages } = await import('../runners/cell/packages.ts');
  await preparePackages(plan.run, options, context);
  return (given) => openPackages({ ...given, env: context.env });
}

function nothingToRun(plan: Plan): UsageError {
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
