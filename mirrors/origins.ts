import { HarnessError } from '../runners/errors.ts';
import type { Debootstrap, Origin } from '../runners/matrix/schema.ts';
import { aptUris } from './apt-sources.ts';
import { ask } from './ask.ts';

/** What an archive says of one of its suites. Read without checking the signature: whoever installs checks that. */
export interface Release {
  readonly codename: string;
  /** Point release, such as 13.8; empty where the archive names none. */
  readonly version: string;
  /** When the archive was last changed, ISO 8601. Part of what keys an installed disk. */
  readonly date: string;
}

/** An archive that answered and has the suite asked for. */
export interface Archive extends Release {
  /** The folder that holds dists/, without a slash at the end. */
  readonly uri: string;
  readonly securityUri: string;
  readonly securityDate: string;
  /** Who named `uri` and `securityUri`, in words: "--mirror", "this host’s apt", "matrix.yaml". */
  readonly from: string;
  readonly securityFrom: string;
}

export interface FindOptions {
  /** Instead of all origins; its security archive is looked for beside it first. */
  readonly mirror?: string | undefined;
  /** apt's folder on this host. */
  readonly aptFolder?: string;
  /** The port on 127.0.0.1 of the run's package proxy, to see what guests see. */
  readonly via?: number | undefined;
  /** Seconds each address may take to answer. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
}

interface Candidate {
  readonly uri: string;
  readonly from: string;
}

/**
 * Finds the first origin that has the distribution's suite, and the first that has its security suite.
 *
 * @throws HarnessError `archive-unreachable` naming every address asked and what came back.
 */
export async function findArchive(
  distribution: Debootstrap,
  origins: readonly Origin[],
  options: FindOptions = {},
): Promise<Archive> {
  const { main, security } = candidates(origins, options);
  const asked = [
    first(main, distribution, distribution.suite, options),
    first(security, distribution, distribution['security-suite'], options),
  ] as const;
  // Of two failures the first of these is told, whichever came first.
  await Promise.allSettled(asked);
  const [archive, updates] = await Promise.all(asked);
  return {
    ...archive.release,
    uri: archive.uri,
    from: archive.from,
    securityUri: updates.uri,
    securityFrom: updates.from,
    securityDate: updates.release.date,
  };
}

/** The addresses at which a suite and its security suite are to be had, in the order of the origins. */
export interface Mirrors {
  readonly main: readonly string[];
  readonly security: readonly string[];
}

/**
 * Asks all origins, at the same time. None is left out that `known` has seen with the suite before, were it out of reach today.
 *
 * @param known whether an earlier run was answered under this address.
 */
export async function findMirrors(
  distribution: Debootstrap,
  origins: readonly Origin[],
  options: FindOptions,
  known: (uri: string) => boolean,
): Promise<Mirrors> {
  const { main, security } = candidates(origins, options);
  const of = async (list: readonly Candidate[], suite: string) => {
    const release = ({ uri }: Candidate) => readRelease(uri, suite, distribution['os-release'].ID, options);
    const asked = list.map(
      async (each) => typeof (await release(each)) !== 'string' || known(releaseUri(each.uri, suite)),
    );
    const found = await Promise.all(asked);
    return [...new Set(list.filter((_, place) => found[place]).map(({ uri }) => uri))];
  };
  const [suite, updates] = await Promise.all([
    of(main, distribution.suite),
    of(security, distribution['security-suite']),
  ]);
  return { main: suite, security: updates };
}

const releaseUri = (uri: string, suite: string) => `${uri}/dists/${suite}/InRelease`;

function candidates(origins: readonly Origin[], { mirror, aptFolder = '/etc/apt' }: FindOptions) {
  const main: Candidate[] = [];
  const security: Candidate[] = [];
  for (const origin of origins) {
    if (origin === 'host-apt') {
      // Which of apt's archives is which only they can tell; a foreign one says so in its Origin.
      const found = aptUris(aptFolder).map((uri) => ({ uri, from: 'this host’s apt' }));
      main.push(...found);
      security.push(...found);
    } else {
      main.push({ uri: trim(origin.uri), from: 'matrix.yaml' });
      security.push({ uri: trim(origin.security ?? origin.uri), from: 'matrix.yaml' });
    }
  }
  if (mirror === undefined) return { main, security };
  const given = { uri: trim(mirror), from: '--mirror' };
  return { main: [given], security: [{ ...given, uri: `${given.uri}-security` }, ...security] };
}

const trim = (uri: string) => uri.replace(/\/+$/, '');

async function first(list: readonly Candidate[], distribution: Debootstrap, suite: string, options: FindOptions) {
  const tried: string[] = [];
  for (const candidate of list) {
    const release = await readRelease(candidate.uri, suite, distribution['os-release'].ID, options);
    if (typeof release !== 'string') return { ...candidate, release };
    tried.push(`${candidate.uri} (${candidate.from}): ${release}`);
  }
  throw new HarnessError({
    code: 'archive-unreachable',
    message: `no archive with ${suite} for ${distribution.title}:\n${tried.join('\n') || 'no origin was given'}`,
    hint: 'name one that this host reaches with --mirror URL, or replace the origins under mirrors: in matrix.yaml',
    command: `curl -I ${releaseUri(list.at(-1)?.uri ?? 'URL', suite)}`,
  });
}

/** The suite's Release, or in words why this archive will not do. */
async function readRelease(uri: string, suite: string, id: string, options: FindOptions): Promise<Release | string> {
  const seconds = options.timeout ?? 10;
  const deadline = AbortSignal.timeout(seconds * 1000);
  let text: string;
  try {
    const signal = options.signal ? AbortSignal.any([deadline, options.signal]) : deadline;
    const reply = await ask(releaseUri(uri, suite), { via: options.via, signal });
    text = reply.text;
    if (!reply.ok) return `${reply.status} ${reply.statusText}`;
  } catch (error) {
    if (options.signal?.aborted) throw options.signal.reason;
    return deadline.aborted ? `no answer in ${seconds} s` : networkReason(error);
  }
  const field = (key: string) => new RegExp(`^${key}: *(.*)$`, 'm').exec(text)?.[1]?.trim() ?? '';
  if (field('Origin').toLowerCase() !== id) return `is not an archive of ${id} but of "${field('Origin')}"`;
  // Debian names the security suite in Codename, Ubuntu in Suite.
  if (![field('Codename'), field('Suite')].includes(suite)) return `answers with "${field('Codename')}"`;
  const date = new Date(field('Date'));
  if (Number.isNaN(date.getTime())) return `its Release has no date`;
  return { codename: field('Codename'), version: field('Version'), date: date.toISOString() };
}

/** fetch hides what went wrong in the cause: ENOTFOUND, ECONNREFUSED, a TLS error. */
function networkReason(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return cause instanceof Error ? cause.message || (cause as NodeJS.ErrnoException).code || cause.name : String(cause);
}
