import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { HarnessError } from '../errors.ts';
import { type Argv, attempt } from '../process/command.ts';

const USES = ['cell', 'share', 'image', 'test', 'extra', 'proxy'] as const;

/** What a tool is needed for; tools.tsv tells them apart. */
export type ToolUse = (typeof USES)[number];

export interface Tool {
  readonly use: ToolUse;
  /** Of the guest; `any` for all. */
  readonly arch: string;
  /** Commands or absolute paths of files, one of which is enough. */
  readonly probes: readonly string[];
  /** Names of packages for apt, one of which is enough, the best first. */
  readonly packages: readonly string[];
  /** Completes the sentence "PROBE …". */
  readonly why: string;
}

export interface FoundTool extends Tool {
  /** Absolute; `undefined` where the tool is missing. */
  readonly path: string | undefined;
}

const LIST = join(import.meta.dirname, 'tools.tsv');
const COLUMNS = ['use', 'arch', 'probe', 'package', 'why'];
/** Where system tools lie that are not on an ordinary user's PATH. */
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** The rows of tools.tsv. @throws HarnessError `tools-list` naming the line that is none. */
export function parseTools(text: string, name: string = LIST): readonly Tool[] {
  const bad = (line: number, message: string): HarnessError =>
    new HarnessError({ code: 'tools-list', message: `${name}:${line}: ${message}` });
  const rows = text
    .split('\n')
    .map((row, index) => ({ row, line: index + 1 }))
    .filter(({ row }) => row !== '' && !row.startsWith('#'));
  const [header, ...body] = rows;
  if (header?.row !== COLUMNS.join('\t')) throw bad(header?.line ?? 1, `the columns are not ${COLUMNS.join(', ')}`);
  return body.map(({ row, line }) => {
    const cells = row.split('\t');
    const [use = '', arch = '', probe = '', packages = '', why = ''] = cells;
    if (cells.length !== COLUMNS.length || cells.includes('')) throw bad(line, `not ${COLUMNS.length} filled columns`);
    const known = USES.find((name) => name === use);
    if (!known) throw bad(line, `"${use}" is none of ${USES.join(', ')}`);
    return { use: known, arch, probes: probe.split('|'), packages: packages.split('|'), why };
  });
}

export function readTools(): readonly Tool[] {
  return parseTools(readFileSync(LIST, 'utf8'));
}

/**
 * The tools that these uses need for guests of these architectures, each with where it lies, if it does. A tool that several
 * uses need is there once.
 */
export function findTools(
  uses: readonly ToolUse[],
  archs: readonly string[],
  searchPath: string = process.env.PATH ?? '',
): readonly FoundTool[] {
  const folders = [...searchPath.split(':').filter((folder) => folder !== ''), ...SYSTEM_FOLDERS];
  const needed = new Map<string, FoundTool>();
  for (const tool of readTools()) {
    if (!uses.includes(tool.use) || (tool.arch !== 'any' && !archs.includes(tool.arch))) continue;
    const key = tool.probes.join('|');
    if (needed.has(key)) continue;
    const path = tool.probes.map((probe) => locate(probe, folders)).find((found) => found !== undefined);
    needed.set(key, { ...tool, path });
  }
  return [...needed.values()];
}

function locate(probe: string, folders: readonly string[]): string | undefined {
  if (probe.startsWith('/')) return existsSync(probe) ? probe : undefined;
  return folders.map((folder) => join(folder, probe)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The first number with a dot that `path --version` prints, such as `7.2.22`; `undefined` where it prints none. */
export async function versionOf(path: string): Promise<string | undefined> {
  const { exitCode, stdout } = await attempt([path, '--version'], { timeout: 10 });
  return exitCode === 0 ? /\d+\.\d+[\w.]*/.exec(stdout)?.[0] : undefined;
}

/**
 * The names of the packages that bring the missing ones among `tools`. To be asked after `apt-get update`: of alternatives it
 * takes the first that apt could install, or the first where apt knows none or is not there.
 */
export async function packagesFor(tools: readonly FoundTool[]): Promise<readonly string[]> {
  const apt = locate('apt-cache', ['/usr/bin']);
  const names = new Set<string>();
  for (const { path, packages } of tools) {
    if (path === undefined) names.add(await firstInstallable(apt, packages));
  }
  return [...names];
}

async function firstInstallable(apt: string | undefined, packages: readonly string[]): Promise<string> {
  const [best = '', ...others] = packages;
  if (apt === undefined || others.length === 0) return best;
  for (const name of packages) {
    const { stdout } = await attempt([apt, 'policy', name], { env: { LC_ALL: 'C' } });
    if (/^ {2}Candidate: (?!\(none\))/m.test(stdout)) return name;
  }
  return best;
}

/** The command that installs packages, to be run or, after `pasteable`, to be typed. */
export function installCommand(packages: readonly string[], options: { readonly sudo: boolean }): Argv {
  const argv = ['apt-get', 'install', '--yes', '--no-install-recommends', ...packages] as const;
  return options.sudo ? ['sudo', ...argv] : argv;
}
