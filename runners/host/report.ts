import { release } from 'node:os';
import { type Resources, readResources } from './resources.ts';
import { type FoundTool, findTools, packagesFor, type ToolUse, versionOf } from './tools.ts';

export interface ReportedTool extends FoundTool {
  readonly version: string | undefined;
}

/** All that `doctor` tells of the host, as plain data. */
export interface HostReport {
  readonly kernel: string;
  readonly resources: Resources;
  readonly tools: readonly ReportedTool[];
  readonly missing: {
    readonly tools: readonly FoundTool[];
    /** What to install, for those of `missing.tools`. */
    readonly packages: readonly string[];
  };
}

export interface HostReportOptions {
  readonly uses: readonly ToolUse[];
  /** Of guests. */
  readonly archs: readonly string[];
  /** Whose free space is of interest: the cache's, the runs'. */
  readonly folders: readonly string[];
}

/** Looks at the host. Starts every tool once to ask its version, nothing else. */
export async function hostReport(options: HostReportOptions): Promise<HostReport> {
  const found = findTools(options.uses, options.archs);
  const missing = found.filter(({ path }) => path === undefined);
  const tools = await Promise.all(found.map(async (tool) => ({ ...tool, version: await askVersion(tool) })));
  const resources = await readResources(options.folders);
  return { kernel: release(), resources, tools, missing: { tools: missing, packages: await packagesFor(missing) } };
}

/** Of a command; a file that is only looked for has none. */
async function askVersion({ path, probes }: FoundTool): Promise<string | undefined> {
  const isFile = probes.every((probe) => probe.startsWith('/'));
  return path === undefined || isFile ? undefined : versionOf(path);
}
