import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { explain } from '../../runners/errors.ts';
import { type Argv, attempt, pasteable, run } from '../../runners/process/command.ts';
import { checkout } from '../options.ts';
import { importProblems, readSources } from './imports.ts';

export interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export interface CheckStage {
  readonly name: string;
  /** What is wrong, ready to print; empty where nothing is. */
  readonly complaints: () => Promise<string>;
}

const bin = (name: string) => join(checkout, 'node_modules/.bin', name);

/** What a command that judges said, where its verdict was bad; and the line to paste. */
async function saidBy(argv: Argv): Promise<string> {
  try {
    const { exitCode, stdout, stderr } = await attempt(argv, {
      cwd: checkout,
      env: { PATH: `${bin('')}:${process.env.PATH}`, NO_COLOR: '1' },
    });
    return exitCode === 0 ? '' : `${stdout}${stderr}\n  $ ${pasteable(argv)}`;
  } catch (error) {
    return explain(error);
  }
}

/** Everything but the tests, cheapest last words first. */
export const stages: readonly CheckStage[] = [
  { name: 'types', complaints: () => saidBy([bin('tsc')]) },
  // The page of the report runs in a browser, whose types nothing else is to see but the tests that look into one.
  { name: 'page types', complaints: () => saidBy([bin('tsc'), '--project', 'reports/html/page']) },
  { name: 'page tests', complaints: () => saidBy([bin('tsc'), '--project', 'reports/html/browser']) },
  { name: 'lint', complaints: () => saidBy([bin('biome'), 'check', '--error-on-warnings', '--diagnostic-level=info']) },
  {
    name: 'shell',
    complaints: async () =>
      saidBy(['shellcheck', '--external-sources', '--source-path=SCRIPTDIR', ...(await shellScripts(checkout))]),
  },
  { name: 'imports', complaints: async () => importProblems(readSources(checkout)).join('\n') },
];

/** The shell scripts of a checkout, from its root: by their ending or by their first line. */
export async function shellScripts(root: string): Promise<string[]> {
  const { stdout } = await run(['git', '-C', root, 'ls-files', '-z', '--cached', '--others', '--exclude-standard']);
  return stdout.split('\0').filter((file) => {
    if (file === '') return false;
    if (file.endsWith('.sh')) return true;
    try {
      return /^#! *\/(usr\/)?bin\/(env +)?(ba|da)?sh\b/.test(readFileSync(join(root, file), 'utf8').slice(0, 80));
    } catch {
      // A link that leads into the guest, or a file deleted and not yet committed.
      return false;
    }
  });
}
