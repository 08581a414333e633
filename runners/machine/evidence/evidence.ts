import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { within } from '../../channels/deadline.ts';
import { HarnessError } from '../../errors.ts';
import type { Machine } from '../machine.ts';
import { fromAgent, fromKernel, fromQemu, type Source } from './sources.ts';

/** What could still be had of a guest that does not get on, and what could not. */
export interface Evidence {
  /** Files, by the names that attachments have in reports. */
  readonly taken: readonly { readonly name: string; readonly path: string }[];
  readonly missing: readonly { readonly name: string; readonly because: string }[];
}

type Try = { readonly name: string } & ({ readonly path: string } | { readonly because: string });

/** For one thing, in seconds. With the few of each channel one after the other, all of it takes half a minute at most. */
const EACH = 8;

/**
 * Gathers what a hung guest and its QEMU still tell, as files in `folder`, which exists. Takes half a minute at most; what does
 * not come is named with the reason, and nothing is thrown. The guest is not what it was afterwards: its console shows its tasks.
 */
export async function gatherEvidence(machine: Machine, folder: string, signal: AbortSignal): Promise<Evidence> {
  const attempt = (source: Source) => take(source, machine, folder, signal);
  const inTurn = async (sources: readonly Source[]) => {
    const tries: Try[] = [];
    for (const source of sources) tries.push(await attempt(source));
    return tries;
  };
  const [qemu, agent] = await Promise.all([inTurn(fromQemu), inTurn(fromAgent)]);
  // A kernel without anybody to ask for it may still hear a key.
  const tasks = agent.find(({ name }) => name === fromKernel.name);
  const tries = [...qemu, ...agent];
  if (tasks && 'because' in tasks) tries.splice(tries.indexOf(tasks), 1, await attempt(fromKernel));
  return {
    taken: tries.filter((each) => 'path' in each),
    missing: tries.filter((each) => 'because' in each),
  };
}

async function take({ name, file, get }: Source, machine: Machine, folder: string, signal: AbortSignal): Promise<Try> {
  const path = join(folder, file);
  const late = () => new HarnessError({ code: 'no-evidence', message: `no answer within ${EACH} s` });
  try {
    const text = await within({ awaiting: name, timeout: EACH, signal }, late, (over) =>
      get(machine, { path, timeout: EACH, signal: over }),
    );
    if (text !== undefined) await writeFile(path, text.endsWith('\n') ? text : `${text}\n`, { mode: 0o600 });
    return { name, path };
  } catch (error) {
    return { name, because: error instanceof Error ? error.message : String(error) };
  }
}
