import { z } from 'zod';
import type { Problem } from './references.ts';
import { suggest } from './suggest.ts';

type Issue = z.core.$ZodIssue;

/** What was to be read, and as what. */
interface Reading {
  readonly schema: z.ZodType;
  readonly value: unknown;
}

/** zod's issues about a value, in the words of somebody who edits matrix.yaml. */
export function problemsOf(error: z.ZodError, reading: Reading): Problem[] {
  return error.issues.flatMap((issue) => explainIssue(issue, [], reading));
}

function explainIssue(issue: Issue, above: readonly PropertyKey[], reading: Reading): Problem[] {
  const path = [...above, ...issue.path];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: [...path, key],
        onKey: true,
        message: `unknown key "${key}": ${suggest(key, keysAt(reading, path))}`,
      }));
    case 'invalid_key':
      return [{ path, onKey: true, message: issue.issues[0]?.message ?? issue.message }];
    case 'invalid_union': {
      // Of rows of several kinds, the column that says which.
      if (issue.discriminator !== undefined) return [{ path, message: misspelt(path, reading, optionsOf(issue)) }];
      // The alternative that got furthest is the one that was meant: its complaints lie deeper than "wrong type".
      const meant = issue.errors.find((issues) => issues.every((each) => each.path.length > 0 || 'keys' in each));
      if (meant) return meant.flatMap((each) => explainIssue(each, path, reading));
      return [{ path, message: `expected ${alternatives(reading, path).join(' or ')}` }];
    }
    case 'invalid_value': {
      const valid = issue.values.filter((each) => typeof each === 'string');
      const said = valid.length > 0 ? misspelt(path, reading, valid) : undefined;
      return [{ path, message: said ?? missing(path, reading) ?? issue.message }];
    }
    default:
      return [{ path, message: missing(path, reading) ?? issue.message }];
  }
}

const member = (value: unknown, key: PropertyKey): unknown =>
  (value as Record<PropertyKey, unknown> | undefined)?.[key];

function missing(path: readonly PropertyKey[], { value }: Reading): string | undefined {
  return path.reduce(member, value) === undefined ? `"${String(path.at(-1))}" is missing` : undefined;
}

/** One of several words was expected: which, and what may have been meant. */
function misspelt(path: readonly PropertyKey[], reading: Reading, valid: readonly string[]): string {
  const absent = missing(path, reading);
  if (absent) return `${absent}: ${suggest('', valid)}`;
  const typed = String(path.reduce(member, reading.value));
  // In a list its place says less than the name of the list.
  const column = path.findLast((key) => typeof key === 'string');
  return `unknown ${String(column)} "${typed}": ${suggest(typed, valid)}`;
}

/** What zod says of the kinds there are; its types do not tell. */
const optionsOf = (issue: Issue): string[] =>
  'options' in issue && Array.isArray(issue.options) ? issue.options.map(String) : [];

/** The schema of the value at `path`, through optionals, records, arrays and unions. */
function schemasAt(schema: unknown, path: readonly PropertyKey[], value: unknown): unknown[] {
  if (schema instanceof z.ZodOptional) return schemasAt(schema.unwrap(), path, value);
  if (schema instanceof z.ZodDiscriminatedUnion)
    return optionsFor(schema, value).flatMap((each) => schemasAt(each, path, value));
  if (schema instanceof z.ZodUnion)
    return path.length === 0 ? [schema] : schema.options.flatMap((each) => schemasAt(each, path, value));
  const [key, ...rest] = path;
  if (key === undefined) return [schema];
  const inside = member(value, key);
  if (schema instanceof z.ZodObject) return schemasAt(schema.shape[String(key)], rest, inside);
  if (schema instanceof z.ZodRecord) return schemasAt(schema.valueType, rest, inside);
  if (schema instanceof z.ZodArray) return schemasAt(schema.element, rest, inside);
  return [];
}

/** The kind of row that the value says it is. */
function optionsFor(union: z.ZodDiscriminatedUnion, value: unknown): unknown[] {
  const { discriminator } = union.def;
  return union.options.filter((option) => {
    const literal = option instanceof z.ZodObject ? option.shape[discriminator] : undefined;
    return literal instanceof z.ZodLiteral && literal.values.has(member(value, discriminator) as string);
  });
}

function optionsAt({ schema, value }: Reading, path: readonly PropertyKey[]): unknown[] {
  return schemasAt(schema, path, value).flatMap((each): unknown[] =>
    each instanceof z.ZodUnion ? [...each.options] : [each],
  );
}

function keysAt(reading: Reading, path: readonly PropertyKey[]): string[] {
  return optionsAt(reading, path).flatMap((each) => (each instanceof z.ZodObject ? Object.keys(each.shape) : []));
}

function alternatives(reading: Reading, path: readonly PropertyKey[]): string[] {
  return optionsAt(reading, path).map((each) => {
    if (each instanceof z.ZodLiteral) return [...each.values].map((value) => `"${value}"`).join(' or ');
    if (each instanceof z.ZodObject) return `a map with ${Object.keys(each.shape).join(', ')}`;
    return 'something else';
  });
}
