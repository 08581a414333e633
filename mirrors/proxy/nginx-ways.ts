import { HarnessError } from '../../runners/errors.ts';
import { type Engine, findEngine, wordsOf } from '../../runners/host/engine.ts';
import type { RunRegister } from '../../runners/host/run-register.ts';
import { findTools, installCommand } from '../../runners/host/tools.ts';
import { pasteable } from '../../runners/process/command.ts';
import { onHost, type StartNginx } from './nginx.ts';
import { IMAGE_VARIABLE, inContainer } from './nginx-container.ts';
import { findNginx, unpackNginx } from './nginx-program.ts';

/** Where an nginx may come from. */
export interface NginxWishes {
  readonly cacheFolder: string;
  /** Of a container, for where this host has no nginx. */
  readonly image: string;
}

/**
 * The way to the nginx that is there: this host's, the one unpacked here before, the one in a container.
 *
 * @throws HarnessError `no-nginx`
 */
export async function wayToNginx(
  { cacheFolder, image }: NginxWishes,
  register: Pick<RunRegister, 'container'>,
): Promise<StartNginx> {
  const program = findNginx(cacheFolder);
  if (program !== undefined) return onHost(program);
  const engine = await findEngine();
  if (engine === undefined || !(await engine.has(image))) throw noNginx(image, engine);
  return inContainer({ engine, image, register });
}

/**
 * Sees to it that there is a way.
 *
 * @param fetch whether an nginx may be fetched: out of this host's own archive, else as an image.
 * @throws HarnessError `no-nginx`
 */
export async function prepareNginx(
  { cacheFolder, image }: NginxWishes,
  { fetch, register, signal }: Fetcher,
): Promise<void> {
  if (findNginx(cacheFolder) !== undefined) return;
  if (fetch && (await unpackNginx(cacheFolder, register, signal))) return;
  const engine = await findEngine();
  if (await engine?.has(image)) return;
  if (!fetch || engine === undefined) throw noNginx(image, engine);
  try {
    await engine.pull(image, signal);
  } catch (cause) {
    signal.throwIfAborted();
    throw noNginx(image, engine, cause);
  }
}

interface Fetcher {
  readonly fetch: boolean;
  readonly register: Pick<RunRegister, 'folder'>;
  readonly signal: AbortSignal;
}

/** In words, for `doctor`. */
export async function nginxInWords({ cacheFolder, image }: NginxWishes): Promise<string> {
  const program = findNginx(cacheFolder);
  if (program !== undefined) return program;
  const engine = await findEngine();
  const first = 'none yet; a run unpacks one where there is apt';
  if (engine === undefined) return `${first}; no container engine answers`;
  const there = (await engine.has(image)) ? 'which it has' : 'which it has to fetch';
  return `${first}, else has ${engine.version} start ${image}, ${there}`;
}

function noNginx(image: string, engine: Engine | undefined, cause?: unknown): HarnessError {
  const packages = findTools(['proxy'], []).flatMap((tool) => tool.packages.slice(0, 1));
  const lacks = engine ? `${engine.version} lacks ${image}` : 'no container engine answers that could start one';
  return new HarnessError({
    code: 'no-nginx',
    message: `this host has no nginx, through which guests get their packages, and ${lacks}${cause ? `: ${wordsOf(cause)}` : ''}`,
    hint: `install it (its program is enough: the service may be disabled), or have Docker start it (docker pull ${image}; another image by ${IMAGE_VARIABLE}), or let guests out with --direct`,
    command: pasteable(installCommand(packages, { sudo: process.getuid?.() !== 0 })),
    cause,
  });
}
