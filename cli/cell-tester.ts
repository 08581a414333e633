import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tester } from '../runners/bisect/builders/builder.ts';
import { type Ledger, openLedger } from '../runners/bisect/ledger.ts';
import { Cell } from '../runners/cell/cell.ts';
import { HarnessError } from '../runners/errors.ts';
import type { RunOptions } from '../runners/matrix/options.ts';
import type { PlannedCell } from '../runners/matrix/plan.ts';
import { pasteable } from '../runners/process/command.ts';
import { suite as cellSuite } from '../suites/cell.ts';
import type { CellSuite } from '../suites/harness/check.ts';
import { narrowed } from '../suites/trial/checks.ts';
import { stubSuite } from '../suites/trial/stub.ts';
import { tryCell } from '../suites/trial/trial.ts';
import { textOf } from './bisecting.ts';
import type { Context } from './commands.ts';
import type { Parsed } from './flags.ts';
import { openDisks } from './installed-disks.ts';
import { checkout } from './options.ts';

interface Given {
  readonly cells: readonly PlannedCell[];
  /** Of the search, absolute. */
  readonly folder: string;
  readonly options: RunOptions;
  /** Key of the image whose kernel is replaced. */
  readonly image: string;
  readonly parsed: Parsed;
  readonly context: Pick<Context, 'print' | 'signal'>;
}

/** Tries kernels in cells, and says what makes its verdicts comparable with those of another time. */
export async function cellTester({ cells, folder, options, image, parsed, context }: Given): Promise<{
  readonly tester: Tester;
  readonly identity: Readonly<Record<string, string>>;
  readonly ledger: Ledger;
  /** What its verdicts do not say, although it may look as if they did. */
  readonly remarks: readonly string[];
}> {
  const { signal } = context;
  const stage = textOf(parsed, 'stage') ?? 'installed';
  const words = parsed.flags.get('check') ?? [];
  const atStub = stage === 'stub';
  const suite = narrowed(atStub ? stubSuite : cellSuite, words);
  const disks = atStub ? undefined : await openDisks(cells, folder, options, context);
  const planned = new Map(cells.map((each) => [each.cell.id, each]));
  let trials = 0;

  const tester: Tester = async ({ image: kernel, signature }, id) => {
    const cell = planned.get(id) as PlannedCell;
    const evidence = evidenceFolder(folder, `${signature.slice(0, 12)}-${id}`, ++trials);
    const installed = disks?.installed.get(id);
    const opened: CellSuite<Cell> = {
      ...suite,
      open: async (...given) => {
        const opening = await Cell.open(...given);
        if (installed) opening.startFrom(installed);
        return opening;
      },
    };
    const standIn = installed?.archive?.kind === 'stand-in';
    const archive = standIn ? ['--archive', 'stand-in'] : [];
    const rerun = pasteable(['./stub-matrix', 'run', '--cell', id, '--kernel', kernel, ...archive]);
    const given = { options: { ...options, kernel }, folder: evidence, rerun, signal };
    const { status, because } = await tryCell(cell, opened, given);
    const verdict = ({ passed: 'pass', failed: 'fail', error: 'unresolved' } as const)[status];
    return { verdict, ...(because === undefined ? {} : { because }), evidence, ...(standIn ? { standIn } : {}) };
  };
  const checks = words.join(' ') || 'all';
  const identity = { stage, checks, image, ...disks?.identity };
  const ledger = openLedger(join(options.cacheFolder, LEDGER), judgeOf(identity));
  // Who doubts a verdict starts over; it would come back from here.
  if (parsed.flags.has('start-over')) ledger.forget();
  return { tester, identity, ledger, remarks: disks?.remarks ?? [] };
}

/** Verdicts of all searches, below the user's cache. */
const LEDGER = 'bisect-verdicts.ndjson';

/** What a verdict depends on besides the kernel and the cell; the checks themselves as well, which may be written anew. */
function judgeOf(identity: Readonly<Record<string, string>>): string {
  const sources = ['suites/cell.ts', 'suites/trial/stub.ts'].map((name) => readFileSync(join(checkout, name), 'utf8'));
  return createHash('sha256')
    .update(JSON.stringify([identity, sources]))
    .digest('hex')
    .slice(0, 20);
}

/** One that nobody has yet: a search that goes on does not write over what it saw before. */
function evidenceFolder(folder: string, name: string, trial: number): string {
  const trials = join(folder, 'trials');
  mkdirSync(trials, { recursive: true, mode: 0o700 });
  for (let number = trial; number < trial + 10_000; number += 1) {
    const path = join(trials, `${name}-${number}`);
    try {
      mkdirSync(path, { mode: 0o700 });
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  throw new HarnessError({ code: 'no-trial-folder', message: `there is no room for another trial in ${trials}` });
}
