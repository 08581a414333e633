import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { parseAst } from 'vitest/node';
import { owners, rooms } from './rules.ts';

export interface Import {
  /** As written: `../errors.ts`, `vitest/node`. */
  readonly from: string;
  readonly line: number;
}

/** A file of the house and what is in it, by its path from the root of the checkout. */
export type Sources = Readonly<Record<string, string>>;

/** All TypeScript files of the checkout. */
export function readSources(root: string): Sources {
  const files = globSync('**/*.ts', { cwd: root, exclude: ['node_modules', '.tools', '.git', 'reports/out'] });
  return Object.fromEntries(files.toSorted().map((file) => [file, readFileSync(join(root, file), 'utf8')]));
}

/** What breaks the rules, a line each: file, line, and the rule. */
export function importProblems(sources: Sources): string[] {
  return Object.entries(sources).flatMap(([file, text]) =>
    importsOf(text).flatMap(({ from, line }) => {
      const problem = from.startsWith('.')
        ? wrongRoom(file, normalize(join(dirname(file), from)))
        : wrongOwner(file, from);
      return problem ? [`${file}:${line}: ${problem}`] : [];
    }),
  );
}

/** Every import of a file: static, dynamic, re-exported, of types, and `import('x').Type`. */
export function importsOf(text: string): Import[] {
  const found: Import[] = [];
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) for (const each of node) visit(each);
    if (!isNode(node)) return;
    if (importing.has(node.type) && isNode(node.source) && typeof node.source.value === 'string') {
      found.push({ from: node.source.value, line: text.slice(0, node.source.start).split('\n').length });
    }
    for (const value of Object.values(node)) if (typeof value === 'object') visit(value);
  };
  visit(parseAst(text, { lang: 'ts' }).body);
  return found;
}

const importing = new Set([
  'ImportDeclaration',
  'ImportExpression',
  'ExportAllDeclaration',
  'ExportNamedDeclaration',
  'TSImportType',
]);

interface AnyNode {
  readonly type: string;
  readonly start: number;
  readonly source?: unknown;
  readonly value?: unknown;
}

const isNode = (value: unknown): value is AnyNode => typeof value === 'object' && value !== null && 'type' in value;

const lies = (file: string, room: string) => file === room || file.startsWith(`${room}/`);

/** The deepest room a file lies in. */
const roomOf = (file: string) =>
  Object.keys(rooms)
    .filter((room) => lies(file, room))
    .toSorted((a, b) => b.length - a.length)[0];

function wrongRoom(file: string, target: string): string | undefined {
  const room = roomOf(file);
  if (room === undefined) return `this file lies in no room of cli/check/rules.ts`;
  const allowed = [room, ...(rooms[room] ?? [])];
  if (allowed.some((each) => lies(target, each))) return undefined;
  return `${room} must not import ${target}; it may import ${allowed.join(', ')}`;
}

function wrongOwner(file: string, specifier: string): string | undefined {
  const name = Object.keys(owners).find((each) => lies(specifier, each));
  const owner = name === undefined ? undefined : owners[name];
  if (!owner || owner.rooms.some((room) => lies(file, room))) return undefined;
  if (owner.tests && /\.test(-support)?\.ts$/.test(file)) return undefined;
  return `${name} may be imported by ${owner.rooms.join(', ')}${owner.tests ? ' and tests' : ''} only`;
}
