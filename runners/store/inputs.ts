import { createHash } from 'node:crypto';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Everything that went into an entry, by name. Same inputs, same key. */
export type Inputs = Readonly<Record<string, Json>>;

/** The key under which the result of these inputs is kept: hex, 20 digits. The order of names does not matter. */
export function keyOf(inputs: Inputs): string {
  return createHash('sha256')
    .update(JSON.stringify(canonical(inputs as Json)))
    .digest('hex')
    .slice(0, 20);
}

function canonical(value: Json): Json {
  if (Array.isArray(value)) return value.map(canonical);
  if (isObject(value)) {
    const sorted = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(sorted.map(([name, inner]) => [name, canonical(inner)]));
  }
  return value;
}

/** The single values of inputs, nested names joined by dots: `{ files: { a: 1 } }` has `files.a`, which is `1`. */
export function flatten(inputs: Json, prefix = ''): Map<string, string> {
  const inner = Array.isArray(inputs) ? Object.entries(inputs) : isObject(inputs) ? Object.entries(inputs) : undefined;
  // An empty list is a value too: without a line of its own its coming and going would not be seen.
  if (!inner || inner.length === 0)
    return new Map([[prefix, typeof inputs === 'string' ? inputs : JSON.stringify(inputs)]]);
  return new Map(inner.flatMap(([name, value]) => [...flatten(value, prefix ? `${prefix}.${name}` : name)]));
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
