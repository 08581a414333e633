import { helpOf } from '../../image/kernel/kconfig/help.ts';
import type { KconfigTree } from '../../image/kernel/kconfig/tree.ts';
import type { Culprit } from './bisect.ts';
import type { Configuration } from './kconfig/configuration.ts';
import { symbolsOf } from './kconfig/implications.ts';

/** So much of a help text, so many names: who wants more knows now where it stands. */
const HELP_LINES = 12;
const NAMES = 8;

export interface About {
  readonly options: KconfigTree;
  /** The source tree, absolute. */
  readonly tree: string;
  readonly srcarch: string;
  readonly good: Configuration;
  /** Our fragments, in the order in which they are asked; none where the configurations are not ours. */
  readonly fragments: readonly { readonly name: string; readonly text: string }[];
}

/** What a person wants to know of an option that breaks: what it is, who needs it, and where to write it down. */
export async function detailsOf(culprit: Culprit, about: About): Promise<string[]> {
  const { name } = culprit;
  const option = about.options.get(name);
  if (!option) return [`CONFIG_${name}: Kconfig of this tree does not know it`];
  const { prompt, lines } = await helpOf(about.tree, option);
  const shown = lines.slice(0, HELP_LINES);
  const needed = dependents(name, about);
  return [
    `CONFIG_${name}${prompt === '' ? '' : `, "${prompt}"`} (${option.at})`,
    ...shown.map((line) => `  | ${line}`.trimEnd()),
    ...(lines.length > shown.length ? [`  | … ${lines.length - shown.length} lines more`] : []),
    needed.length === 0
      ? '  nothing that is on in the good configuration depends on it'
      : `  on in the good configuration and depending on it: ${listed(needed)}`,
    ...placeOf(culprit, option.at, about),
  ];
}

/** What is on in the good configuration and names it among what it depends on. */
function dependents(name: string, { options, good }: About): string[] {
  return [...options.values()]
    .filter((other) => good.has(other.name) && symbolsOf(...other.dependencies).includes(name))
    .map((other) => other.name);
}

/** The fragment that speaks of it already, or the one where it belongs. */
function placeOf({ name, good }: Culprit, at: string, { fragments, srcarch }: About): string[] {
  if (fragments.length === 0) return [];
  const line = lineFor(name, good);
  for (const { name: file, text } of fragments) {
    const index = text.split('\n').indexOf(line);
    if (index >= 0) return [`  ${file}:${index + 1} asks for it: ${line}`];
  }
  const opposite = fragments.find(({ text }) => new RegExp(`^(# )?CONFIG_${name}[= ]`, 'm').test(text));
  const [first, unset, own] = fragments;
  const target = at.startsWith(`arch/${srcarch}/`) ? own : good === 'n' ? unset : first;
  return [
    ...(opposite ? [`  ${opposite.name} asks otherwise; take that line out`] : []),
    `  to be put into ${target?.name}: ${line}`,
  ];
}

export const lineFor = (name: string, value: string) =>
  value === 'n' ? `# CONFIG_${name} is not set` : `CONFIG_${name}=${value}`;

const listed = (names: readonly string[]) =>
  names.length > NAMES ? `${names.slice(0, NAMES).join(', ')} and ${names.length - NAMES} more` : names.join(', ');
