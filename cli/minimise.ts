import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseFragments } from '../image/kernel/fragment.ts';
import { type Configuration, digestOf } from '../runners/bisect/configuration.ts';
import { minimise } from '../runners/bisect/minimise.ts';
import { commandCourt, configurationOf, folderOf, type OpenCourt, progressLine, recordIn } from './bisecting.ts';
import type { Context, Start } from './commands.ts';
import { exitCodes } from './exit.ts';
import type { Parsed } from './flags.ts';

/** The command `minimise`, told what judges. */
export function minimiseCommand(openCourt: OpenCourt): Start {
  return async (parsed, context) => {
    const { values } = configurationOf(parsed, 'config', context);
    const off = smallest(parsed, values, context);
    const flags = ['run', 'cell', 'check', 'kernel-tree', 'arch', 'builders'].map((flag) => parsed.flags.get(flag));
    const folder = folderOf(parsed, context, { minimise: digestOf(values), off: digestOf(off), flags });
    const court = await openCourt({ parsed, context, folder, named: [...values.keys()] });
    using record = recordIn(folder, parsed, (event) => {
      const line = progressLine(event);
      if (line !== undefined) context.print(line);
    });
    const { legalise, isChosen, rules, identity, builders, tester, cells } = court;
    const result = await minimise(
      { good: values, bad: off, legalise, isChosen, rules, identity },
      { builders, tester, cells, error: 0, signal: context.signal, emit: record.emit, now: Date.now },
      record.before,
    );
    const fragment = join(folder, 'unset.config');
    writeFileSync(fragment, result.off.map((name) => `# CONFIG_${name} is not set\n`).join(''), { mode: 0o600 });
    const { tests, builds, rounds } = result.counts;
    context.print('');
    context.print(
      `${result.off.length} of ${result.off.length + result.kept.length} options can be off, all together: ${fragment}`,
    );
    context.print(`${result.kept.length} have to stay: with any of them off as well it fails or cannot be judged`);
    context.print(`${tests} tests in ${rounds} rounds, ${builds} builds`);
    return exitCodes.passed;
  };
}

export const start = minimiseCommand(commandCourt);

/** The configuration with all off that may be tried. */
function smallest(parsed: Parsed, values: Configuration, context: Context): Configuration {
  const isOn = (value: string) => value === 'y' || value === 'm';
  if (!parsed.flags.has('among')) return new Map([...values].filter(([, value]) => !isOn(value)));
  const { text, path } = configurationOf(parsed, 'among', context);
  const named = new Set(parseFragments([{ name: path, text }]).map(({ name }) => name));
  return new Map([...values].filter(([name, value]) => !named.has(name) || !isOn(value)));
}
