import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HarnessError } from '../../runners/errors.ts';
import { run } from '../../runners/process/command.ts';

export interface FetchOptions {
  /** Debian's name of the architecture. */
  readonly debian: string;
  /** Lines of a sources.list. */
  readonly lines: readonly string[];
  /** An empty folder. */
  readonly scratch: string;
  readonly log: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

const keyring = ['gpg', 'pgp'].map((ending) => `/usr/share/keyrings/debian-archive-keyring.${ending}`);

/**
 * Fetches packages of Debian and all they depend on, verified by Debian's signature, as files; nothing is unpacked. This
 * host's apt does it, with settings that are not the host's.
 *
 * @returns the folder that holds them, below `scratch`.
 */
export async function fetchDebs(names: readonly string[], options: FetchOptions): Promise<string> {
  const { debian, lines, scratch, log, env = {}, signal } = options;
  const at = (name: string) => join(scratch, name);
  for (const name of ['lists/partial', 'debs/partial', 'empty']) await mkdir(at(name), { recursive: true });
  await writeFile(at('sources.list'), `${lines.join('\n')}\n`);
  await writeFile(at('status'), '');
  const config = {
    'APT::Architecture': debian,
    'APT::Install-Recommends': 'false',
    // Lists and packages are ours, not of the user that apt would become.
    'APT::Sandbox::User': '',
    'Acquire::Languages': 'none',
    'Debug::NoLocking': 'true',
    'Dir::Etc::SourceList': at('sources.list'),
    'Dir::Etc::SourceParts': at('empty'),
    'Dir::Etc::Trusted': keyring[0] ?? '',
    'Dir::Etc::TrustedParts': at('empty'),
    'Dir::Etc::Preferences': '/dev/null',
    'Dir::Etc::PreferencesParts': at('empty'),
    'Dir::State': scratch,
    'Dir::State::Lists': at('lists'),
    'Dir::State::Status': at('status'),
    'Dir::Cache::Archives': at('debs'),
    'Dir::Cache::PkgCache': '',
    'Dir::Cache::SrcPkgCache': '',
  };
  const architectures = `APT::Architectures { "${debian}"; };`;
  const settings = Object.entries(config).map(([name, value]) => `${name} "${value}";`);
  await writeFile(at('apt.conf'), `${settings.join('\n')}\n${architectures}\n`);
  const given = { log, env: { ...env, APT_CONFIG: at('apt.conf') }, ...(signal ? { signal } : {}) };
  try {
    await run(['apt-get', '-q', '-o', 'APT::Update::Error-Mode=any', 'update'], {
      purpose: 'reading the index of Debian’s archive',
      ...given,
    });
    await run(['apt-get', '-q', '-y', '--download-only', 'install', ...names], {
      purpose: 'fetching the packages of a stand-in',
      ...given,
    });
  } catch (error) {
    const missing =
      error instanceof HarnessError ? /Unable to locate package (\S+)/.exec(error.message)?.[1] : undefined;
    if (missing === undefined) throw error;
    throw new HarnessError({
      code: 'stand-in-package',
      message: `Debian has no package ${missing} for ${debian}, of which a stand-in was to be made`,
      hint: 'name what of Debian is to be in its place: for rpm-md in mirrors/makers/rpm-md/coats.ts',
      evidence: log,
      cause: error,
    });
  }
  return at('debs');
}
