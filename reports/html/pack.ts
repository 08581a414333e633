import { gzipSync } from 'node:zlib';
import { type Markup, raw } from './markup.ts';

/** Shorter data stays readable in the source of the page. */
const WORTH_PACKING = 4000;

/**
 * A value in a page, for `block()` in page/data.ts: as JSON, or gzipped where that is worth it. JSON in a script element ends
 * where `</script` or `<!--` stands; there is no `<` in it.
 */
export function block(id: string, value: unknown, pack = true): Markup {
  const text = JSON.stringify(value).replaceAll('<', '\\u003c');
  if (!pack || text.length < WORTH_PACKING) return raw(`<script type="application/json" id="${id}">${text}</script>\n`);
  const packed = gzipSync(text, { level: 6 }).toString('base64');
  return raw(`<script type="application/gzip" id="${id}">${packed}</script>\n`);
}
