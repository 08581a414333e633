import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** A command of ours that a document shows, without the program's name. */
export interface Shown {
  /** As it stands there. */
  readonly line: string;
  readonly words: readonly string[];
}

/** What `pnpm` runs for each script of package.json that is a command of ours. */
const scripts: Readonly<Record<string, readonly string[]>> = {
  'pnpm test': ['run'],
  'pnpm nightly': ['run', '--profile', 'nightly'],
};

const program = /(?:^|[\s`/"])(\.?[\w/-]*\/stub-matrix|pnpm (?:test|nightly))(?= |`|$)/;

/** Ends of a command: what a shell, Markdown or YAML has behind it. */
const end = /`|\s{3,}|\s+#|\s+[|>]|\s+&&|;|\)|: what|"$/;

/**
 * The commands of ours that a text shows, a line each, or between backquotes. Placeholders in capitals stand for a value, and `${{ … }}` and
 * variables as well.
 */
export function commandsIn(text: string): Shown[] {
  return text.split('\n').flatMap((whole) => {
    const found: Shown[] = [];
    let rest = whole
      .replace(/\$\{\{[^}]*\}\}/g, '1')
      .replace(/"?\$\{?\w+\}?"?/g, '1')
      .replace('1/1', '1/4');
    for (let match = program.exec(rest); match; match = program.exec(rest)) {
      rest = rest.slice(match.index + match[0].length);
      const [tail = ''] = rest.split(end);
      const name = match[1] ?? '';
      const words = [...(scripts[name] ?? []), ...tail.split(/\s+/).filter(Boolean)];
      if (words.length > 0) found.push({ line: whole.trim(), words });
    }
    return found;
  });
}

/** Documents that show commands, by their paths from the checkout. */
export function documents(checkout: string): string[] {
  const under = (folder: string) =>
    readdirSync(join(checkout, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(md|yml|service)$/.test(entry.name))
      .map((entry) => relative(checkout, join(entry.parentPath, entry.name)));
  return ['README.md', 'README.ja.md', ...under('docs')].filter((file) => existsSync(join(checkout, file))).toSorted();
}

export const readDocument = (checkout: string, file: string) => readFileSync(join(checkout, file), 'utf8');
