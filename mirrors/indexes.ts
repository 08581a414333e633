import { HarnessError } from '../runners/errors.ts';
import type { Distribution, Origin } from '../runners/matrix/schema.ts';
import { ask } from './ask.ts';
import type { Archive, FindOptions } from './origins.ts';

type Indexed = Exclude<Distribution, { family: 'debootstrap' }>;

/** The file by which an archive that is not apt's shows that it is there, and the date it bears. */
interface Index {
  readonly path: string;
  date(text: string): Date;
}

function indexOf(distribution: Indexed, arch: string): Index | undefined {
  if (distribution.family === 'stage3') {
    const path = distribution.published[arch]?.stage3;
    // "# Latest as of Mon, 23 Nov 2026 02:00:01 +0000"
    return path === undefined
      ? undefined
      : { path, date: (text) => new Date(/^# Latest as of (.+)$/m.exec(text)?.[1] ?? '') };
  }
  const [first] = Object.values(distribution.repositories);
  if (first === undefined) return undefined;
  const seconds = (text: string) =>
    Math.max(...[...text.matchAll(/<timestamp>(\d+)/g)].map(([, digits]) => Number(digits)));
  return {
    path: `${first.replaceAll('$basearch', arch)}/repodata/repomd.xml`,
    date: (text) => new Date(seconds(text) * 1000),
  };
}

/**
 * Finds the first origin that has the distribution, where that is not one of apt's. What it says is not verified: whoever
 * installs does that.
 *
 * @throws HarnessError `archive-unreachable` naming every address asked and what came back.
 */
export async function findIndex(
  distribution: Distribution,
  arch: string,
  origins: readonly Origin[],
  { mirror, via, timeout = 10, signal }: FindOptions,
): Promise<Archive> {
  const index = distribution.family === 'debootstrap' ? undefined : indexOf(distribution, arch);
  const named = origins.flatMap((origin) => (origin === 'host-apt' ? [] : [{ uri: origin.uri, from: 'matrix.yaml' }]));
  const candidates = mirror === undefined ? named : [{ uri: mirror, from: '--mirror' }];
  const tried: string[] = [];
  for (const { uri: given, from } of index ? candidates : []) {
    const uri = given.replace(/\/+$/, '');
    const said = await read(`${uri}/${index?.path}`, { via, timeout, signal });
    const date = 'text' in said ? index?.date(said.text) : undefined;
    if (date && !Number.isNaN(date.getTime())) {
      const release = { codename: distribution.release, version: '', date: date.toISOString() };
      return { ...release, uri, from, securityUri: uri, securityFrom: from, securityDate: release.date };
    }
    tried.push(`${uri} (${from}): ${'text' in said ? 'answers with something else' : said.because}`);
  }
  throw new HarnessError({
    code: 'archive-unreachable',
    message: `no archive of ${distribution.title} for ${arch}:\n${tried.join('\n') || 'no origin was given'}`,
    hint: 'name one that this host reaches with --mirror URL, replace the origins under mirrors: in matrix.yaml, or take --archive stand-in',
    command: `curl -I ${candidates.at(-1)?.uri ?? 'URL'}/${index?.path ?? ''}`,
  });
}

async function read(
  url: string,
  { via, timeout, signal }: { via?: number | undefined; timeout: number; signal?: AbortSignal | undefined },
): Promise<{ readonly text: string } | { readonly because: string }> {
  const deadline = AbortSignal.timeout(timeout * 1000);
  try {
    const reply = await ask(url, { via, signal: signal ? AbortSignal.any([deadline, signal]) : deadline });
    return reply.ok ? { text: reply.text } : { because: `${reply.status} ${reply.statusText}` };
  } catch (error) {
    signal?.throwIfAborted();
    if (deadline.aborted) return { because: `no answer in ${timeout} s` };
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    return { because: cause instanceof Error ? cause.message || cause.name : String(cause) };
  }
}
