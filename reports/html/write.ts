import { renameSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { RunResult } from '../results.ts';
import type { Budget } from './consoles.ts';
import { makeModel } from './make-model.ts';
import type { History } from './past.ts';
import { renderHtml } from './render.ts';

/**
 * Writes a run's report whole or not at all.
 *
 * @param history the last runs; rows of this run or of later ones are passed over. `{ runs: [], cells: [] }` where there are none
 * @param file where to, inside of the run's folder: links to the evidence are relative to it
 */
export async function writeHtml(result: RunResult, history: History, file: string, budget?: Budget): Promise<void> {
  const text = await renderHtml(makeModel(result, history, resolve(file), budget));
  writeFileSync(`${file}.part`, text, { mode: 0o600 });
  renameSync(`${file}.part`, file);
}
