import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseFragments } from '../image/kernel/fragment.ts';
import { bisect } from '../runners/bisect/bisect.ts';
import { type Configuration, digestOf } from '../runners/bisect/configuration.ts';
import { plot } from '../runners/bisect/plot.ts';
import { readRecord } from '../runners/bisect/record.ts';
import { remedy, reportLines, tableLines } from '../runners/bisect/report.ts';
import { UsageError } from '../runners/errors.ts';
import {
  commandCourt,
  configurationOf,
  countOf,
  folderOf,
  type OpenCourt,
  progressLine,
  recordIn,
  textOf,
} from './bisecting.ts';
import type { Context, Start } from './commands.ts';
import { exitCodes } from './exit.ts';
import type { Parsed } from './flags.ts';

/** The command `bisect`, told what judges. */
export function bisectCommand(openCourt: OpenCourt): Start {
  return async (parsed, context) => {
    const good = configurationOf(parsed, 'good', context);
    const bad = badOf(parsed, good.values, context);
    const question = { good: digestOf(good.values), bad: digestOf(bad), flags: judgedBy(parsed) };
    const folder = folderOf(parsed, context, question);
    const named = [...new Set([...good.values.keys(), ...bad.keys()])];
    const court = await openCourt({ parsed, context, folder, named });
    using record = recordIn(folder, parsed, (event) => {
      const line = progressLine(event);
      if (line !== undefined) context.print(line);
    });
    const flaky = parsed.flags.has('flaky') || parsed.flags.has('confidence');
    const { legalise, isChosen, rules, identity, builders, tester, cells } = court;
    const result = await bisect(
      { ...{ good: good.values, bad, legalise, isChosen, rules, identity, flaky }, seed: countOf(parsed, 'seed', 1) },
      { builders, tester, cells, error: errorOf(parsed), signal: context.signal, emit: record.emit, now: Date.now },
      record.before,
    );
    const events = readRecord(record.path);
    const lines = [
      ...reportLines(result),
      '',
      `put on top of the bad configuration, this makes it pass:`,
      ...remedy(result),
    ];
    writeFileSync(join(folder, 'report.txt'), [...lines, '', ...tableLines(events), ''].join('\n'), { mode: 0o600 });
    writeFileSync(join(folder, 'narrowing.svg'), plot(events), { mode: 0o600 });
    context.print('');
    for (const line of lines) context.print(line);
    context.print(`report: ${join(folder, 'report.txt')}`);
    return result.proven ? exitCodes.passed : exitCodes.unknown;
  };
}

export const start = bisectCommand(commandCourt);

/** The bad configuration; where its file is a fragment, the good one with that on top. */
function badOf(parsed: Parsed, good: Configuration, context: Context): Configuration {
  const { values, text, path } = configurationOf(parsed, 'bad', context);
  if (!path.endsWith('.fragment')) return values;
  const bad = new Map(good);
  for (const { name, value } of parseFragments([{ name: path, text }])) {
    if (value === 'n') bad.delete(name);
    else bad.set(name, values.get(name) ?? value);
  }
  return bad;
}

/** Wrong verdicts are shared out over as many as a search of a few thousand options has. */
const VERDICTS = 100;

function errorOf(parsed: Parsed): number {
  const typed = textOf(parsed, 'confidence') ?? '0.99';
  const confidence = Number(typed);
  if (!(confidence >= 0.5 && confidence < 1)) {
    throw new UsageError({ code: 'not-a-share', message: `--confidence ${typed}: give a number from 0.5 to below 1` });
  }
  return (1 - confidence) / VERDICTS;
}

const judgedBy = ({ flags }: Parsed) =>
  ['run', 'cell', 'check', 'kernel-tree', 'arch', 'builders', 'seed', 'flaky', 'confidence'].map((flag) =>
    flags.get(flag),
  );
