import { findIndex } from '../../mirrors/indexes.ts';
import { type Archive, findArchive } from '../../mirrors/origins.ts';
import { type Cell, matches } from '../matrix/cells.ts';
import type { ArchiveKind } from '../matrix/fields.ts';
import { loadMatrix } from '../matrix/load.ts';
import type { RunOptions } from '../matrix/options.ts';
import type { PlannedCell } from '../matrix/plan.ts';
import type { ArchiveException, Debootstrap, Origin } from '../matrix/schema.ts';

/** What a cell is installed from. */
export interface CellArchive extends Archive {
  /** Whether it is the distribution's own. */
  readonly kind: ArchiveKind;
  /** Of a stand-in: absolute path of the OpenPGP public key it is signed with, armoured. */
  readonly keyring?: string;
  /** Of a stand-in: its name in the store. */
  readonly standIn?: string;
}

/** What matters of a run's options when archives are asked. */
export type ArchiveWishes = Pick<RunOptions, 'mirror' | 'proxy'>;

/** An archive of apt's as matrix.yaml has it. */
export interface AptSource {
  /** By the names of the suites that are read. */
  readonly distribution: Debootstrap;
  readonly origins: readonly Origin[];
}

/** What matrix.yaml has under `mirrors`. */
export function originsOf(name: string | undefined): readonly Origin[] {
  return loadMatrix().mirrors[name ?? '']?.origins ?? [];
}

/** What is being asked, by whose signal may end it: a cell and its image are often made from the same archive. */
const underWay = new WeakMap<AbortSignal, Map<string, Promise<Archive>>>();

/**
 * Callers with the same signal who ask for the same at the same time get one answer.
 *
 * @throws HarnessError `archive-unreachable`
 */
export function findArchiveOf(
  { distribution, origins }: AptSource,
  { mirror, proxy }: ArchiveWishes,
  signal: AbortSignal,
): Promise<Archive> {
  const options = { mirror, via: proxy?.port };
  const { suite, 'security-suite': security } = distribution;
  const question = JSON.stringify([suite, security, origins, options]);
  const answers = underWay.get(signal) ?? new Map<string, Promise<Archive>>();
  underWay.set(signal, answers);
  const answer =
    answers.get(question) ??
    findArchive(distribution, origins, { ...options, signal }).finally(() => answers.delete(question));
  answers.set(question, answer);
  return answer;
}

/**
 * The distribution's own archive, for a cell: under the names of other suites where an exception says so.
 *
 * @throws HarnessError `archive-unreachable`
 */
export async function realArchiveOf(
  planned: Pick<PlannedCell, 'cell' | 'distribution'>,
  options: ArchiveWishes,
  signal: AbortSignal,
): Promise<CellArchive> {
  const { cell, distribution } = planned;
  const source = aptSourceOf(planned);
  if (source) return { ...(await findArchiveOf(source, options, signal)), kind: 'real' };
  const asked = { mirror: options.mirror, via: options.proxy?.port, signal };
  const origins = originsOf(distribution.published[cell.arch]?.archive);
  return { ...(await findIndex(distribution, cell.arch, origins, asked)), kind: 'real' };
}

/** Undefined for a family that is not apt's. */
export function aptSourceOf({ cell, distribution }: Pick<PlannedCell, 'cell' | 'distribution'>): AptSource | undefined {
  if (distribution.family !== 'debootstrap') return undefined;
  const { suites = {} } = exceptionFor(cell, new Date()) ?? {};
  const { suite, 'security-suite': security, published } = distribution;
  return {
    distribution: { ...distribution, suite: suites[suite] ?? suite, 'security-suite': suites[security] ?? security },
    origins: originsOf(published[cell.arch]?.archive),
  };
}

/** The exception that is made for a cell today, if one is. */
export function exceptionFor(cell: Cell, now: Date): ArchiveException | undefined {
  const today = now.toISOString().slice(0, 10);
  return loadMatrix()['archive-exceptions'].find(({ when, until }) => matches(when, cell, 'real') && today <= until);
}

/** What the installer is told of an exception, as words of its environment. */
export function exceptionSettings(exception: ArchiveException | undefined): Readonly<Record<string, string>> {
  if (!exception) return {};
  const suites = Object.entries(exception.suites).map(([suite, read]) => `${suite}=${read}`);
  return { SUITES_READ: suites.join(' '), ...(exception['past-valid-until'] ? { PAST_VALID_UNTIL: 'yes' } : {}) };
}
