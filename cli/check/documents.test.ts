import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { lexer, type Token, type Tokens } from 'marked';
import { describe, expect, test } from 'vitest';
import { commands } from '../commands.ts';
import { parseFlags } from '../flags.ts';
import { checkout } from '../options.ts';
import { commandsIn, documents, readDocument } from './documents.ts';

const files = documents(checkout);

/** What the command line says to it. */
function verdict(words: readonly string[]): string {
  const [name = '', ...args] = words;
  const command = name.startsWith('-') ? undefined : commands[name];
  if (name === '--help') return 'understood';
  if (!command) return `there is no command ${name}`;
  try {
    parseFlags(name, args, command.flags, command.words);
    return 'understood';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('every command that a document shows is one that the program takes', () => {
  test.each(files)('%s', (file) => {
    const wrong = commandsIn(readDocument(checkout, file)).flatMap(({ line, words }) => {
      const said = verdict(words);
      return said === 'understood' ? [] : [`${line}\n  ${words.join(' ')}: ${said}`];
    });
    expect(wrong.join('\n')).toBe('');
  });

  test('there are many of them', () => {
    expect(files.flatMap((file) => commandsIn(readDocument(checkout, file))).length).toBeGreaterThan(60);
  });

  test('they are found in prose, blocks, YAML and units', () => {
    const words = (text: string) => commandsIn(text).map((each) => each.words.join(' '));
    expect(words('see `./stub-matrix plan`, and `./stub-matrix run --help`.')).toEqual(['plan', 'run --help']);
    expect(words('    pnpm nightly -- --jobs 4   # fast')).toEqual(['run --profile nightly -- --jobs 4']);
    expect(words(`- run: ./stub-matrix run --shard \${{ matrix.shard }}/4`)).toEqual(['run --shard 1/4']);
    expect(words(`ExecStart=/srv/stub-matrix/stub-matrix run --out \${STATE_DIRECTORY}`)).toEqual(['run --out 1']);
    expect(words('git clone x stub-matrix && cd stub-matrix')).toEqual([]);
  });
});

describe('links lead somewhere', () => {
  test.each(files.filter((file) => file.endsWith('.md')))('%s', (file) => {
    const targets = spans(lexer(readDocument(checkout, file)))
      .flatMap((token) => (token.type === 'link' ? [(token as Tokens.Link).href] : []))
      .filter((href) => !/^(https?:|#)/.test(href));
    const lost = targets.filter((href) => !existsSync(join(checkout, dirname(file), href.split('#')[0] ?? '')));
    expect(lost).toEqual([]);
  });
});

/** What must be the same in the README of every language, section by section. */
interface Section {
  readonly heading: number;
  readonly code: readonly string[];
  readonly blocks: readonly string[];
  readonly links: readonly string[];
  /** Rows of each table, items of each list. */
  readonly tables: readonly number[];
  readonly lists: readonly number[];
}

function spans(tokens: readonly Token[]): Token[] {
  return tokens.flatMap((token) => {
    const inner = [
      ...('tokens' in token && token.tokens ? token.tokens : []),
      ...(token.type === 'list' ? (token as Tokens.List).items : []),
      ...(token.type === 'table'
        ? [...(token as Tokens.Table).header, ...(token as Tokens.Table).rows.flat()].flatMap((cell) => cell.tokens)
        : []),
    ];
    return [token, ...spans(inner)];
  });
}

/** A comment behind a command may be in the language of the document. */
const bare = (block: string) => block.split('\n').map((line) => line.replace(/\s+# .*$/, '').trimEnd());

function sectionsOf(text: string): Section[] {
  const tokens = lexer(text);
  const starts = tokens.flatMap((token, index) => (token.type === 'heading' ? [index] : []));
  return starts.map((start, index) => {
    const own = tokens.slice(start, starts[index + 1] ?? tokens.length);
    const all = spans(own);
    const of = <T extends Token>(type: string) => all.filter((token): token is T => token.type === type);
    return {
      heading: (own[0] as Tokens.Heading).depth,
      code: of<Tokens.Codespan>('codespan')
        .map(({ text: code }) => code)
        .toSorted(),
      blocks: of<Tokens.Code>('code').flatMap(({ text: code }) => bare(code)),
      links: of<Tokens.Link>('link')
        .map(({ href }) => href.replace('README.ja.md', 'README.md'))
        .toSorted(),
      tables: of<Tokens.Table>('table').map(({ rows }) => rows.length),
      lists: of<Tokens.List>('list').map(({ items }) => items.length),
    };
  });
}

describe('README.ja.md says what README.md says', () => {
  const [english, japanese] = ['README.md', 'README.ja.md'].map((file) => sectionsOf(readDocument(checkout, file)));
  const titles = lexer(readDocument(checkout, 'README.md')).flatMap((token) =>
    token.type === 'heading' ? [(token as Tokens.Heading).text] : [],
  );

  test('as many sections, of the same depth', () => {
    expect(japanese?.map(({ heading }) => heading)).toEqual(english?.map(({ heading }) => heading));
  });

  test.each(titles.map((title, index) => [title, index] as const))(
    '%s: the same commands, flags, files, links, rows of tables and items of lists',
    (_, index) => {
      expect(japanese?.[index]).toEqual(english?.[index]);
    },
  );
});
