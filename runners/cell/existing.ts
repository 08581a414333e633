import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { standIns } from '../../mirrors/stand-ins.ts';
import type { RunOptions } from '../matrix/options.ts';
import type { Existing } from '../matrix/verdict.ts';

/** Where our image has its installers: in the home of root, who types their names. */
const home = join(import.meta.dirname, '../../image/files/root');

/** The distributions that our image can install: one for each /root/<id>.sh. */
export function installers(): ReadonlySet<string> {
  const names = readdirSync(home).filter((name) => name.endsWith('.sh'));
  return new Set(names.map((name) => name.slice(0, -'.sh'.length)));
}

/** What this checkout has, for who makes a plan. Which installers a given image has, its maker knows. */
export function whatExists({ image }: Pick<RunOptions, 'image'>): Existing {
  return { ...(image === undefined ? { installers: installers() } : {}), standIns: standIns() };
}
