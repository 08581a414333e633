import { z } from 'zod';
import type { Problem } from './references.ts';
import { suggest } from './suggest.ts';

type Issue = z.core.$ZodIssue;

/** zod's issues in the words of somebody who edits matrix.yaml. */
export function problemsOf(error: z.ZodError, schema: z.ZodType): Problem[] {
  return error.issues.flatMap((issue) => explainIssue(issue, [], schema));
}

function explainIssue(issue: Issue, above: readonly PropertyKey[], schema: z.ZodType): Problem[] {
  const path = [...above, ...issue.path];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: [...path, key],
        onKey: true,
        message: `unknown key "${key}": ${suggest(key, keysAt(schema, path))}`,
      }));
    case 'invalid_key':
      return [{ path, onKey: true, message: issue.issues[0]?.message ?? issue.message }];
    case 'invalid_union': {
      // The alternative that got furthest is the one that was meant: its complaints lie deeper than "wrong type".
      const meant = issue.errors.find((issues) => issues.every((each) => each.path.length > 0 || 'keys' in each));
      if (meant) return meant.flatMap((each) => explainIssue(each, path, schema));
      return [{ path, message: `expected ${alternatives(schema, path).join(' or ')}` }];
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

/** The schema of the value at `path`, through optionals, records, arrays and unions. */
function schemasAt(schema: unknown, path: readonly PropertyKey[]): unknown[] {
  if (schema instanceof z.ZodOptional) return schemasAt(schema.unwrap(), path);
  if (schema instanceof z.ZodUnion)
    return path.length === 0 ? [schema] : schema.options.flatMap((each) => schemasAt(each, path));
  const [key, ...rest] = path;
  if (key === undefined) return [schema];
  if (schema instanceof z.ZodObject) return schemasAt(schema.shape[String(key)], rest);
  if (schema instanceof z.ZodRecord) return schemasAt(schema.valueType, rest);
  if (schema instanceof z.ZodArray) return schemasAt(schema.element, rest);
  return [];
}

function optionsAt(schema: z.ZodType, path: readonly PropertyKey[]): unknown[] {
  return schemasAt(schema, path).flatMap((each): unknown[] =>
    each instanceof z.ZodUnion ? [...each.options] : [each],
  );
}

function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  return optionsAt(schema, path).flatMap((each) => (each instanceof z.ZodObject ? Object.keys(each.shape) : []));
}

function alternatives(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  return optionsAt(schema, path).map((each) => {
    if (each instanceof z.ZodLiteral) return [...each.values].map((value) => `"${value}"`).join(' or ');
    if (each instanceof z.ZodObject) return `a map with ${Object.keys(each.shape).join(', ')}`;
    return 'something else';
  });
}
