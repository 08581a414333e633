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
      if (issue.discriminator !== undefined) return [{ path, message: unknownAlternative(issue, path, reading) }];
      // The alternative that got furthest is the one that was meant: its complaints lie deeper than "wrong type".
      const meant = issue.errors.find((issues) => issues.every((each) => each.path.length > 0 || 'keys' in each));
      if (meant) return meant.flatMap((each) => explainIssue(each, path, reading));
      return [{ path, message: `expected ${alternatives(reading, path).join(' or ')}` }];
    }
    case 'invalid_type':
      return [{ path, message: issue.input === undefined ? missing(issue.message, path) : issue.message }];
    default:
      return [{ path, message: issue.message }];
  }
}

function missing(message: string, path: readonly PropertyKey[]): string {
  return /received undefined/.test(message) ? `"${String(path.at(-1))}" is missing` : message;
}

/** The column that says which kind of row it is has a value of no kind, or none. */
function unknownAlternative(issue: Issue, path: readonly PropertyKey[], { value }: Reading): string {
  const typed = path.reduce(member, value);
  const column = String(path.at(-1));
  const valid = 'options' in issue && Array.isArray(issue.options) ? issue.options.map(String) : [];
  if (typed === undefined) return `"${column}" is missing: ${suggest('', valid)}`;
  return `unknown ${column} "${String(typed)}": ${suggest(String(typed), valid)}`;
}

const member = (value: unknown, key: PropertyKey): unknown =>
  (value as Record<PropertyKey, unknown> | undefined)?.[key];

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
