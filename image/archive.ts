import { ask, type Reply } from '../mirrors/ask.ts';
import { HarnessError } from '../runners/errors.ts';
import { type PackageElsewhere, packagesElsewhere, type SuiteInstead, suitesInstead } from './exceptions.ts';
import { architectures, type ImageArch, suite } from './recipe.ts';

/** A Debian archive, and when its Release of the image's suite was signed. */
export interface PackageOrigin {
  readonly uri: string;
  readonly releaseDate: string;
  /** The port on 127.0.0.1 of the run's package proxy, which is asked what the archive has in its place. */
  readonly via?: number | undefined;
}

/** What apt is to read for an image. */
export interface ImageSources {
  /** Lines of a sources.list, the suite that the image is made of first. */
  readonly lines: readonly string[];
  /** Suites with the date of their Release: other Releases may hold other packages. */
  readonly releases: Readonly<Record<string, string>>;
  /** Names of packages that only a later line has. */
  readonly elsewhere: readonly PackageElsewhere[];
  /** The exceptions that were made, a sentence each. */
  readonly exceptions: readonly string[];
}

export interface Exceptions {
  readonly suitesInstead: readonly SuiteInstead[];
  readonly packagesElsewhere: readonly PackageElsewhere[];
}

/** The fields of a Release file that are asked about here. Not verified: apt does that with whatever it reads. */
interface Release {
  readonly date: Date;
  readonly validUntil: Date | undefined;
  /** Size and SHA-256 of the packages' index of an architecture. */
  index(debian: string): { readonly size: number; readonly sha256: string } | undefined;
}

const timeout = 20;

/** How an archive is asked. */
interface Asking {
  readonly via: number | undefined;
  readonly signal: AbortSignal | undefined;
}

async function question(url: string, method: 'GET' | 'HEAD', { via, signal }: Asking): Promise<Reply> {
  const deadline = AbortSignal.timeout(timeout * 1000);
  try {
    return await ask(url, { method, via, signal: signal ? AbortSignal.any([signal, deadline]) : deadline });
  } catch (cause) {
    signal?.throwIfAborted();
    throw new HarnessError({
      code: 'archive-unreachable',
      message: `${url} does not answer: ${cause instanceof Error ? cause.message : cause}`,
      hint: 'give another mirror with --mirror',
      cause,
    });
  }
}

async function readRelease(uri: string, name: string, asking: Asking): Promise<Release> {
  const url = `${uri}/dists/${name}/InRelease`;
  const response = await question(url, 'GET', asking);
  const { text } = response;
  const field = (key: string) => new RegExp(`^${key}: *(.*)$`, 'm').exec(text)?.[1];
  const date = new Date(field('Date') ?? '');
  if (!response.ok || Number.isNaN(date.getTime())) {
    throw new HarnessError({
      code: 'archive-unreachable',
      message: `${url} is no Release file (status ${response.status})`,
      hint: 'give another mirror with --mirror',
    });
  }
  const validUntil = field('Valid-Until');
  return {
    date,
    validUntil: validUntil === undefined ? undefined : new Date(validUntil),
    index: (debian) => {
      const line = new RegExp(`^ ([0-9a-f]{64}) +(\\d+) main/binary-${debian}/Packages\\.xz$`, 'm').exec(text);
      return line ? { sha256: line[1] ?? '', size: Number(line[2]) } : undefined;
    },
  };
}

/** Whether the archive has the index that its Release promises: by hash, as apt asks for it first, or of the same size. */
async function isWhole(uri: string, name: string, debian: string, asking: Asking): Promise<boolean> {
  const promised = (await readRelease(uri, name, asking)).index(debian);
  if (!promised) return false;
  const folder = `${uri}/dists/${name}/main/binary-${debian}`;
  const byHash = await question(`${folder}/by-hash/SHA256/${promised.sha256}`, 'HEAD', asking);
  if (byHash.ok) return true;
  const plain = await question(`${folder}/Packages.xz`, 'HEAD', asking);
  return plain.ok && plain.length === promised.size;
}

const isOver = (until: string, now: Date) => now > new Date(`${until}T23:59:59Z`);

/**
 * Decides what an image is made of: its suite, unless a dated exception says otherwise and its reason is still there.
 *
 * @throws HarnessError `archive-unreachable`
 */
export async function sourcesFor(
  arch: ImageArch,
  { uri, releaseDate, via }: PackageOrigin,
  {
    now = new Date(),
    rows = { suitesInstead, packagesElsewhere },
    signal,
  }: { now?: Date; rows?: Exceptions; signal?: AbortSignal | undefined } = {},
): Promise<ImageSources> {
  const { debian } = architectures[arch];
  const asking = { via, signal };
  const exceptions: string[] = [];
  let [main, date] = [suite as string, releaseDate];
  const instead = rows.suitesInstead.find((row) => row.arch === arch && !isOver(row.until, now));
  if (instead && !(await isWhole(uri, suite, debian, asking))) {
    main = instead.suite;
    date = (await readRelease(uri, main, asking)).date.toISOString();
    exceptions.push(`${main} in place of ${suite}, until ${instead.until}: ${instead.because}`);
  }
  const lines = [`deb ${uri} ${main} main`];
  const releases: Record<string, string> = { [main]: date };
  const elsewhere = rows.packagesElsewhere.filter((row) => row.arch === arch);
  for (const { name, suite: other, why, expired } of elsewhere) {
    const release = await readRelease(uri, other, asking);
    releases[other] = release.date.toISOString();
    exceptions.push(`${name} from ${other}: ${why}`);
    const late = release.validUntil !== undefined && release.validUntil < now && expired && !isOver(expired.until, now);
    if (late) exceptions.push(`${other} past its Valid-Until, until ${expired.until}: ${expired.because}`);
    lines.push(`deb ${late ? '[check-valid-until=no] ' : ''}${uri} ${other} main`);
  }
  return { lines, releases, elsewhere, exceptions };
}

/** The ways in which apt refuses an archive, by what it says. */
const REFUSALS = [
  {
    says: /Hash Sum mismatch|unexpected size|Mirror sync in progress/,
    code: 'archive-inconsistent',
    what: 'does not match what is signed for',
    hint: 'wait until the mirror has caught up or give another one with --mirror; where it stays so, image/exceptions.ts takes a suite that is consistent, with a date',
  },
  {
    says: /Release file for \S+ is (expired|not valid yet)/,
    code: 'archive-expired',
    what: 'is signed for another time',
    hint: 'check this host’s clock, wait until the mirror has caught up or give another one with --mirror; image/exceptions.ts has the dated exceptions',
  },
] as const;

/** What mmdebstrap failed of, told as what is wrong with the archive where it is that. */
export function explainRefusal(error: unknown, arch: ImageArch, { lines }: ImageSources): unknown {
  if (!(error instanceof HarnessError)) return error;
  const refusal = REFUSALS.find(({ says }) => says.test(error.message));
  if (!refusal) return error;
  const said = error.message.split('\n').find((line) => refusal.says.test(line)) ?? '';
  return new HarnessError({
    code: refusal.code,
    message: `an archive of ${lines.join(', ')} ${refusal.what} (${architectures[arch].debian}): ${said.trim()}`,
    hint: refusal.hint,
    ...(error.evidence ? { evidence: error.evidence } : {}),
    ...(error.command ? { command: error.command } : {}),
    cause: error,
  });
}
