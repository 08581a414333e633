import { readAssets } from './assets.ts';
import { html, raw } from './markup.ts';
import type { Model } from './model.ts';
import { block } from './pack.ts';
import { frame } from './static/frame.ts';

/** Cells whose details are packed together: opening one unpacks so many. */
export const SHELF = 100;

/**
 * The report as one HTML file that needs nothing else: no network, no file beside it. What broke and the matrix are plain HTML,
 * so that they are there at once, and also where scripts are forbidden; the rest is data, behind the script, unpacked when it is looked at.
 */
export async function renderHtml({ core, details, slots, consoles }: Model): Promise<string> {
  const { style, script, policy } = await readAssets();
  const shelves = Array.from({ length: Math.ceil(details.length / SHELF) }, (_, index) =>
    block(`details-${index}`, details.slice(index * SHELF, (index + 1) * SHELF)),
  );
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${titleOf(core)}</title>
<style>${raw(style)}</style>
</head>
<body>
${frame(core)}
${block('core', { ...core, shelf: SHELF }, false)}
<script>${raw(script)}</script>
${shelves}
${block('slots', slots)}
${[...consoles].map(([cell, view]) => block(`console-${cell}`, view))}
</body>
</html>
`;
  return page.markup;
}

function titleOf({ cells, run }: Model['core']): string {
  const bad = cells.filter(({ verdict }) => verdict === 'failed' || verdict === 'error').length;
  return `${bad ? `✗ ${bad}` : '✓'} stub-matrix ${run}`;
}
