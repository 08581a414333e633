import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseFragments } from '../image/kernel/fragment.ts';
import { lineFor } from '../runners/bisect/details.ts';
import { type Configuration, digestOf } from '../runners/bisect/kconfig/configuration.ts';
import { minimise } from '../runners/bisect/minimise.ts';
import { UsageError } from '../runners/errors.ts';
import { folderOf, judgedBy, type OpenHearing, recordIn, textOf } from './bisecting.ts';
import type { Context, Start } from './commands.ts';
import { exitCodes } from './exit.ts';
import type { Parsed } from './flags.ts';
import { openHearing } from './hearing.ts';

/** The command `minimise`, told what judges. */
export function minimiseCommand(open: OpenHearing): Start {
  return async (parsed, context) => {
    using hearing = await open(parsed, context);
    const values = await hearing.endpoint('config');
    const off = smallest(parsed, values, context);
    const question = { minimise: digestOf(values), off: digestOf(off), flags: judgedBy(parsed) };
    const folder = folderOf(parsed, context, question);
    using record = await recordIn(folder, parsed, context);
    const court = await hearing.court({ folder, named: [...values.keys()] });
    const { remarks = [] } = court;
    const result = await minimise(
      { ...court, good: values, bad: off },
      { ...court, error: 0, signal: context.signal, emit: record.emit, now: Date.now },
      record.before,
    );
    const fragment = join(folder, 'unset.config');
    const lines = [...remarks.map((remark) => `# ${remark}`), ...result.off.map((name) => lineFor(name, 'n'))];
    writeFileSync(fragment, lines.map((line) => `${line}\n`).join(''), { mode: 0o600 });
    const { tests, builds, rounds } = result.counts;
    context.print('');
    context.print(
      `${result.off.length} of ${result.off.length + result.kept.length} options can be off, all together: ${fragment}`,
    );
    context.print(`${result.kept.length} have to stay: with any of them off as well it fails or cannot be judged`);
    for (const remark of remarks) context.print(remark);
    context.print(`${tests} tests in ${rounds} rounds, ${builds} builds`);
    return exitCodes.passed;
  };
}

export const start = minimiseCommand(openHearing);

/** The configuration with all off that may be tried. */
function smallest(parsed: Parsed, values: Configuration, context: Context): Configuration {
  const isOn = (value: string) => value === 'y' || value === 'm';
  const typed = textOf(parsed, 'among');
  if (typed === undefined) return new Map([...values].filter(([, value]) => !isOn(value)));
  const path = resolve(context.cwd, typed);
  if (!existsSync(path))
    throw new UsageError({ code: 'no-such-file', message: `--among ${typed}: there is no such file` });
  const text = readFileSync(path, 'utf8');
  const named = new Set(parseFragments([{ name: path, text }]).map(({ name }) => name));
  return new Map([...values].filter(([name, value]) => !named.has(name) || !isOn(value)));
}
