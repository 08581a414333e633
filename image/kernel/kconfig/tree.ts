import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ALWAYS, and, type Expression, parseExpression, tokenize } from './expression.ts';

/** What another option does to this one: `select` forces it on, `imply` proposes it, where the condition holds. */
export interface Reverse {
  readonly by: string;
  readonly condition: Expression;
}

export interface Choice {
  readonly prompt: string;
  readonly members: string[];
}

/** An option, as all its definitions together say. */
export interface Option {
  readonly name: string;
  /** Where it is defined first: file and line, relative to the source tree. */
  readonly at: string;
  /** The menus it stands in, outermost first. */
  readonly menu: readonly string[];
  type: 'bool' | 'tristate' | 'string' | 'int' | 'hex' | 'unknown';
  /** What it depends on, a definition each; any one of them will do. Includes the menus and `if`s around it. */
  readonly dependencies: Expression[];
  /** When a user may set it; nobody may where there is none. Without what it depends on. */
  readonly prompts: Expression[];
  readonly defaults: { readonly value: Expression; readonly condition: Expression }[];
  readonly selectedBy: Reverse[];
  readonly choice: Choice | undefined;
}

/** The options of one architecture by name, without CONFIG_. */
export type KconfigTree = ReadonlyMap<string, Option>;

/** What encloses the lines being read. */
interface Block {
  readonly keyword: 'menu' | 'if' | 'choice' | 'file';
  dependency: Expression;
  readonly title?: string;
  readonly choice?: Choice;
}

interface Definition {
  readonly option: Option;
  dependency: Expression;
}

const TYPES = ['bool', 'tristate', 'string', 'int', 'hex'] as const;

/**
 * Reads the Kconfig files of a source tree from its top, as far as is needed to say why an option is on or off.
 *
 * @param srcarch the folder below arch/: `x86`, `arm64`, `riscv`
 */
export async function readKconfig(source: string, srcarch: string): Promise<KconfigTree> {
  const reader = new Reader(source, srcarch);
  await reader.file('Kconfig');
  return reader.finish();
}

class Reader {
  readonly #source: string;
  readonly #srcarch: string;
  readonly #options = new Map<string, Option>();
  readonly #selections: { readonly target: string; readonly by: Definition; readonly condition: Expression }[] = [];
  readonly #blocks: Block[] = [];
  #current: Definition | undefined;

  constructor(source: string, srcarch: string) {
    this.#source = source;
    this.#srcarch = srcarch;
  }

  async file(path: string): Promise<void> {
    const text = await readFile(join(this.#source, path), 'utf8');
    for (const [line, number] of logicalLines(text)) {
      const sourced = this.#line(line, `${path}:${number}`);
      if (sourced !== undefined) await this.file(sourced);
    }
  }

  finish(): KconfigTree {
    this.#close();
    for (const { target, by, condition } of this.#selections) {
      this.#options.get(target)?.selectedBy.push({ by: by.option.name, condition: and(condition, by.dependency) });
    }
    return this.#options;
  }

  /** Takes one line in; returns the path of a file to be read in its place. */
  #line(line: string, at: string): string | undefined {
    const [keyword = '', ...words] = tokenize(line);
    switch (keyword) {
      case 'source':
        this.#close();
        return (words[0] ?? '').replace(/^"/, '').replaceAll('$(SRCARCH)', this.#srcarch);
      case 'config':
      case 'menuconfig':
        this.#close();
        this.#current = this.#define(words[0] ?? '', at);
        return undefined;
      case 'menu':
        this.#close();
        this.#blocks.push({ keyword, dependency: ALWAYS, title: (words[0] ?? '').slice(1) });
        return undefined;
      case 'choice':
        this.#close();
        this.#blocks.push({ keyword, dependency: ALWAYS, choice: { prompt: '', members: [] } });
        return undefined;
      case 'if':
        this.#close();
        this.#blocks.push({ keyword, dependency: parseExpression(words) });
        return undefined;
      case 'endmenu':
      case 'endchoice':
      case 'endif':
        this.#close();
        this.#blocks.pop();
        return undefined;
      case 'comment':
      case 'mainmenu':
        this.#close();
        // What follows a comment's line belongs to it.
        this.#current = { option: newOption('', at, [], undefined), dependency: ALWAYS };
        return undefined;
      default:
        this.#attribute(keyword, words);
        return undefined;
    }
  }

  #attribute(keyword: string, words: readonly string[]): void {
    const where = words.indexOf('if');
    const condition = where < 0 ? ALWAYS : parseExpression(words.slice(where + 1));
    const body = where < 0 ? words : words.slice(0, where);
    const definition = this.#current;
    if (keyword === 'depends') {
      const needed = parseExpression(words.slice(1));
      const holder = definition ?? this.#blocks.at(-1);
      if (holder) holder.dependency = and(holder.dependency, needed);
      return;
    }
    if (!definition) return;
    const { option } = definition;
    const type = TYPES.find((name) => keyword === name || keyword === `def_${name}`);
    if (type) option.type = type;
    if ((type !== undefined && body[0]?.startsWith('"') && !keyword.startsWith('def_')) || keyword === 'prompt') {
      option.prompts.push(condition);
    } else if (keyword === 'default' || keyword.startsWith('def_')) {
      option.defaults.push({ value: parseExpression(body), condition });
    } else if (keyword === 'select') {
      this.#selections.push({ target: body[0] ?? '', by: definition, condition });
    }
  }

  #define(name: string, at: string): Definition {
    const choice = this.#blocks.findLast((block) => block.choice)?.choice;
    const menu = this.#blocks.flatMap(({ title }) => title ?? []);
    const known = this.#options.get(name);
    const option = known ?? newOption(name, at, menu, choice);
    this.#options.set(name, option);
    if (choice && !choice.members.includes(name)) choice.members.push(name);
    return { option, dependency: ALWAYS };
  }

  /** Ends the definition being read: only now all it depends on is known. */
  #close(): void {
    const definition = this.#current;
    this.#current = undefined;
    if (!definition || definition.option.name === '') return;
    const around = this.#blocks.reduce<Expression>((all, block) => and(all, block.dependency), ALWAYS);
    definition.dependency = and(around, definition.dependency);
    definition.option.dependencies.push(definition.dependency);
  }
}

function newOption(name: string, at: string, menu: readonly string[], choice: Choice | undefined): Option {
  return { name, at, menu, type: 'unknown', dependencies: [], prompts: [], defaults: [], selectedBy: [], choice };
}

/** Lines with what continues them, without help texts, with the number of the first. */
function* logicalLines(text: string): Generator<[line: string, number: number]> {
  const lines = text.split('\n');
  let at = 0;
  while (at < lines.length) {
    const number = at + 1;
    let line = lines[at] ?? '';
    at += 1;
    while (line.endsWith('\\') && at < lines.length) {
      line = `${line.slice(0, -1)} ${lines[at]?.trim() ?? ''}`;
      at += 1;
    }
    if (/^\s*help\s*$/.test(line)) at = afterHelp(lines, at);
    else if (line.trim() !== '') yield [line, number];
  }
}

/** A help text ends at the first line that is indented less than its first. */
function afterHelp(lines: readonly string[], start: number): number {
  const width = (line: string) => (/^\s*/.exec(line)?.[0] ?? '').replaceAll('\t', '        ').length;
  let at = start;
  while (at < lines.length && lines[at]?.trim() === '') at += 1;
  const indent = width(lines[at] ?? '');
  if (indent === 0) return at;
  while (at < lines.length && (lines[at]?.trim() === '' || width(lines[at] ?? '') >= indent)) at += 1;
  return at;
}
