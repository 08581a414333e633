import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

export interface Assets {
  readonly style: string;
  readonly script: string;
  /** Allows these two and nothing else: no other script or style, no request, wherever the page is opened. */
  readonly policy: string;
}

const folder = join(import.meta.dirname, 'page');

/** In the order of the cascade. */
const SHEETS = ['tokens', 'base', 'overview', 'matrix', 'cell', 'console', 'plots', 'schedule', 'print'];

/** The page's own script and style, bundled from page/. Made once a process. */
export function readAssets(): Promise<Assets> {
  made ??= makeAssets();
  return made;
}

let made: Promise<Assets> | undefined;

async function makeAssets(): Promise<Assets> {
  const ofPlots = createRequire(import.meta.url).resolve('uplot/dist/uPlot.min.css');
  const sheets = [ofPlots, ...SHEETS.map((name) => join(folder, `${name}.css`))];
  const style = sheets.map((path) => readFileSync(path, 'utf8')).join('\n');
  const script = await bundle();
  const policy = [
    "default-src 'none'",
    `script-src '${hash(script)}'`,
    `style-src '${hash(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return { style, script, policy };
}

async function bundle(): Promise<string> {
  const build = await rolldown({ input: join(folder, 'main.ts'), platform: 'browser', logLevel: 'warn' });
  try {
    const { output } = await build.generate({ format: 'iife', minify: true });
    // Neither may end the element that it stands in.
    return output[0].code.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
  } finally {
    await build.close();
  }
}

const hash = (text: string) => `sha256-${createHash('sha256').update(text).digest('base64')}`;
