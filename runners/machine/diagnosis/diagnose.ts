import { mask } from '../../events/mask.ts';
import type { Diagnosis } from '../../events/observations.ts';
import { CATALOGUE } from './catalogue.ts';
import type { Evidence } from './evidence.ts';
import { type Match, matchRow } from './match.ts';

/** A diagnosis before it is told as an event. */
export type Finding = Pick<Diagnosis, 'code' | 'sentence' | 'lines' | 'signature' | 'hint'>;

/** Longer, a sentence is none any more: what a program says at length is cut there. */
const LONGEST_QUOTE = 160;

const quoted = (text: string) => {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > LONGEST_QUOTE ? `${line.slice(0, LONGEST_QUOTE - 1)}…` : line;
};

function fillIn(words: string, groups: Match['groups'], { cell, check }: Evidence): string {
  const known: Record<string, string> = {
    cell: cell.id,
    distro: cell.distro,
    arch: cell.arch,
    fs: cell.fs,
    check,
    ...groups,
  };
  return words.replaceAll(/\{(\w+)\}/g, (_, name: string) => quoted(known[name] ?? '')).replace(/[\s:]+$/, '');
}

/**
 * What went wrong, by the first row of the catalogue that is a reason of it: causes stand there before what follows from them.
 * Nothing where no row is; never a guess.
 */
export function diagnose(evidence: Evidence): Finding | undefined {
  for (const row of CATALOGUE) {
    const match = matchRow(row, evidence);
    if (!match) continue;
    const sentence = fillIn(row.sentence, match.groups, evidence);
    const { id } = evidence.cell;
    const signature = `${row.code}: ${mask(sentence, [id, id.replaceAll('_', '-')])}`;
    return {
      code: row.code,
      sentence,
      lines: match.lines,
      signature,
      ...(row.hint ? { hint: fillIn(row.hint, match.groups, evidence) } : {}),
    };
  }
  return undefined;
}
