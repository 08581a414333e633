import { UsageError } from '../runners/errors.ts';
import { cellsOf } from '../runners/matrix/cells.ts';
import type { ArchiveChoice } from '../runners/matrix/fields.ts';
import type { Matrix, Profile } from '../runners/matrix/schema.ts';
import { all, type Choice, choicesOf, dimensionsOf, named, type Selection } from '../runners/matrix/select.ts';
import type { Shard } from '../runners/matrix/shard.ts';
import { unknownName } from '../runners/matrix/suggest.ts';
import type { Parsed } from './flags.ts';
import type { Surroundings } from './options.ts';

/**
 * The cells asked for; without any flag that chooses some, everything.
 *
 * @throws UsageError for a name that is not in the matrix, with the nearest that are; for cells chosen in two ways at once;
 * for a host whose architecture the matrix lacks, where it would be the default.
 */
export function selectionOf(parsed: Parsed, matrix: Matrix, { arch: hostArch }: Pick<Surroundings, 'arch'>): Selection {
  const { flags } = parsed;
  const dimensions = Object.entries(dimensionsOf(matrix)).filter(([flag]) => flags.has(flag));
  const ways = [...['profile', 'cell'].filter((flag) => flags.has(flag)), ...dimensions.map(([flag]) => flag)];
  const [way, ...others] = ways;
  if (way === undefined) return 'everything';
  if (way === 'profile' || way === 'cell') {
    if (others[0]) throw twoChoices(way, others[0]);
  }
  const profile = profileOf(parsed, matrix);
  if (profile) return onThisHost(choicesOf(profile, matrix, hostArch), matrix);
  const cell = flags.get('cell');
  if (cell) {
    checkNames(
      'cell',
      cell,
      cellsOf(matrix).map(({ id }) => id),
    );
    return { cell };
  }
  for (const [flag, { kind, names }] of dimensions) checkNames(kind, flags.get(flag) ?? [], [...names, all]);
  const given = { distro: flags.get('distro'), arch: flags.get('arch'), fs: flags.get('fs') };
  const [choice] = onThisHost([{ ...named(given, matrix), hostArch }], matrix);
  return choice ?? 'everything';
}

/** @throws UsageError `not-a-shard` */
export function shardGiven({ flags }: Parsed): Shard | undefined {
  const typed = flags.get('shard')?.[0];
  if (typed === undefined) return undefined;
  const [, index, count] = /^([1-9]\d{0,3})\/([1-9]\d{0,3})$/.exec(typed)?.map(Number) ?? [];
  if (index !== undefined && count !== undefined && index <= count) return { index, count };
  throw new UsageError({
    code: 'not-a-shard',
    message: `--shard ${typed}: give which part of how many, from 1/N to N/N, such as 2/4`,
  });
}

/** What to install from: what --archive says, else the profile. */
export function archiveChoiceOf(parsed: Parsed, matrix: Matrix): ArchiveChoice {
  const typed = parsed.flags.get('archive')?.[0] as ArchiveChoice | undefined;
  return typed ?? profileOf(parsed, matrix)?.archive ?? 'real';
}

function profileOf({ flags }: Parsed, { profiles }: Matrix): Profile | undefined {
  const name = flags.get('profile')?.[0];
  if (name === undefined) return undefined;
  const profile = Object.hasOwn(profiles, name) ? profiles[name] : undefined;
  if (!profile) throw unknownName('profile', name, Object.keys(profiles), './stub-matrix plan');
  return profile;
}

function checkNames(kind: string, given: readonly string[], names: readonly string[]): void {
  const known = new Set(names);
  for (const name of given) if (!known.has(name)) throw unknownName(kind, name, names, './stub-matrix plan');
}

/** @throws UsageError `no-architecture` where this host's would be meant, and the matrix lacks it. */
function onThisHost(choices: readonly Choice[], { architectures }: Matrix): readonly Choice[] {
  const stranger = choices.find((each) => !('cell' in each) && !each.arch && !architectures.includes(each.hostArch));
  if (!stranger || 'cell' in stranger) return choices;
  throw new UsageError({
    code: 'no-architecture',
    message: `which architecture? This host's, ${stranger.hostArch}, is not in the matrix`,
    hint: `name it with --arch; known are ${architectures.join(', ')}`,
  });
}

function twoChoices(way: string, other: string): UsageError {
  const names = { profile: 'names a choice of cells', cell: 'names cells exactly' }[way];
  return new UsageError({
    code: `${way}-and-more`,
    message: `--${way} ${names}, so --${other} does not go with it`,
    command: './stub-matrix plan --help',
  });
}
