import { installers } from '../../image/installers.ts';
import { standIns } from '../../mirrors/stand-ins.ts';
import type { RunOptions } from '../matrix/options.ts';
import type { Existing } from '../matrix/verdict.ts';

/** What this checkout has, for who makes a plan. Which installers a given image has, its maker knows. */
export function whatExists({ image }: Pick<RunOptions, 'image'>): Existing {
  return { ...(image === undefined ? { installers: installers() } : {}), standIns: standIns() };
}
