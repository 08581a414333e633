import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bisection, bisect } from '../runners/bisect/bisect.ts';
import { detailsOf } from '../runners/bisect/details.ts';
import { type Configuration, digestOf } from '../runners/bisect/kconfig/configuration.ts';
import { plot } from '../runners/bisect/plot.ts';
import { readRecord, type Stamped } from '../runners/bisect/record.ts';
import { remedy, reportLines, tableLines } from '../runners/bisect/report.ts';
import { UsageError } from '../runners/errors.ts';
import { storyLines } from './bisect-story.ts';
import { type Court, countOf, folderOf, judgedBy, type OpenHearing, recordIn, textOf } from './bisecting.ts';
import type { Start } from './commands.ts';
import { exitCodes } from './exit.ts';
import type { Parsed } from './flags.ts';
import { openHearing } from './hearing.ts';
import { checkout } from './options.ts';

/** The command `bisect`, told what judges. */
export function bisectCommand(open: OpenHearing): Start {
  return async (parsed, context) => {
    const error = errorOf(parsed);
    using hearing = await open(parsed, context);
    const good = await hearing.endpoint('good');
    const bad = await hearing.endpoint('bad', good);
    const folder = folderOf(parsed, context, {
      good: digestOf(good),
      bad: digestOf(bad),
      flags: judgedBy(parsed, ['seed', 'flaky', 'confidence']),
    });
    using record = await recordIn(folder, parsed, context);
    const court = await hearing.court({ folder, named: [...new Set([...good.keys(), ...bad.keys()])] });
    const flaky = parsed.flags.has('flaky') || parsed.flags.has('confidence');
    const { signal } = context;
    const result = await bisect(
      { ...court, good, bad, flaky, seed: countOf(parsed, 'seed', 1) },
      { ...court, error, signal, emit: record.emit, now: Date.now },
      record.before,
    );
    const events = readRecord(record.path);
    const lines = await answerLines(result, events, court, good);
    writeFileSync(join(folder, 'report.txt'), [...lines, '', ...tableLines(events), ''].join('\n'), { mode: 0o600 });
    writeFileSync(join(folder, 'narrowing.svg'), plot(events), { mode: 0o600 });
    context.print('');
    for (const line of lines) context.print(line);
    context.print(`report: ${join(folder, 'report.txt')}`);
    return result.proven ? exitCodes.passed : exitCodes.unknown;
  };
}

export const start = bisectCommand(openHearing);

async function answerLines(
  result: Bisection,
  events: readonly Stamped[],
  { kconfig, fragments = [], remarks = [] }: Court,
  good: Configuration,
): Promise<string[]> {
  const lines = [...reportLines(result), ...remarks];
  if (kconfig) {
    const about = { ...kconfig, good, fragments: fragments.map(ours) };
    for (const culprit of result.minimal.flatMap(({ options }) => options)) {
      lines.push('', ...(await detailsOf(culprit, about)));
    }
  }
  const story = storyLines(result, events);
  if (story.length > 0) lines.push('', ...story);
  return [...lines, '', 'put on top of the bad configuration, this makes it pass:', ...remedy(result)];
}

const ours = (name: string) => ({ name, text: readFileSync(join(checkout, name), 'utf8') });

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
