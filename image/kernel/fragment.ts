import { HarnessError } from '../../runners/errors.ts';
import { unquote } from './configuration.ts';

/** One line of a fragment. */
export interface Asked {
  /** Without CONFIG_. */
  readonly name: string;
  /** As in a .config; `n` where the option is asked off. */
  readonly value: string;
  /** File and line, for a person. */
  readonly at: string;
}

/** A file of fragments, by the name that is told. */
export interface Fragment {
  readonly name: string;
  readonly text: string;
}

/**
 * Reads fragments, which are written as a .config is. Comments and empty lines are for people.
 *
 * @throws HarnessError `kernel-fragment-malformed` for a line that is none of these, or an option that is named twice.
 */
export function parseFragments(fragments: readonly Fragment[]): Asked[] {
  const asked = new Map<string, Asked>();
  const problems: string[] = [];
  for (const { name: file, text } of fragments) {
    for (const [index, line] of text.split('\n').entries()) {
      const at = `${file}:${index + 1}`;
      const off = /^# CONFIG_(\w+) is not set$/.exec(line);
      const on = /^CONFIG_(\w+)=(.+)$/.exec(line);
      const name = off?.[1] ?? on?.[1];
      if (name === undefined) {
        if (!/^(#|\s*$)/.test(line) || /^#\s*CONFIG_\w+( |=)/.test(line)) problems.push(`${at}: cannot read "${line}"`);
        continue;
      }
      const before = asked.get(name);
      if (before) problems.push(`${at}: ${name} is named already, in ${before.at}`);
      asked.set(name, { name, value: off ? 'n' : unquote(on?.[2] ?? ''), at });
    }
  }
  if (problems.length > 0) {
    throw new HarnessError({
      code: 'kernel-fragment-malformed',
      message: `fragments of the kernel's configuration:\n${problems.join('\n')}`,
      hint: 'a line is CONFIG_NAME=value, "# CONFIG_NAME is not set", a comment or empty; each option is named once',
    });
  }
  return [...asked.values()];
}

/**
 * The text of a .config to be completed by `make olddefconfig`: the base, then the fragments, the last word having the last
 * say. Modules of the base become built in, unless a fragment takes them away: there are none in this kernel.
 */
export function merge(base: string, fragments: readonly Fragment[]): string {
  return [base.replaceAll(/=m$/gm, '=y'), ...fragments.map(({ text }) => text)].join('\n');
}
