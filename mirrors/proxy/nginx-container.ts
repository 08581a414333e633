import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { HarnessError } from '../../runners/errors.ts';
import { type Bind, type Container, type ContainerJob, type Engine, wordsOf } from '../../runners/host/engine.ts';
import type { RunRegister } from '../../runners/host/run-register.ts';
import { pasteable } from '../../runners/process/command.ts';
import { CONF, freePort, type NginxJob, onFreePort, type StartNginx } from './nginx.ts';

/**
 * The official image, written out for engines that know other registries too. `stable`, since what we ask of nginx is old; of
 * Alpine, since that is a third of Debian's 70 MB and is there for riscv64. It moves: nothing of it gets into what is kept.
 */
const IMAGE = { name: 'docker.io/library/nginx', tag: 'stable-alpine' };

/** Names another: one whose PATH has nginx and sh. */
export const IMAGE_VARIABLE = 'STUB_MATRIX_NGINX_IMAGE';

export function nginxImage(env: Readonly<Record<string, string | undefined>>): string {
  return env[IMAGE_VARIABLE] || `${IMAGE.name}:${IMAGE.tag}`;
}

/** What `docker ps --filter label=…` finds them by. */
export const LABEL = 'stub-matrix.run';

export interface InContainer {
  readonly engine: Engine;
  /** The engine has it. */
  readonly image: string;
  readonly register: Pick<RunRegister, 'container'>;
}

/**
 * An nginx in a container on this host's network, as the user we are, without capabilities, that sees what it serves, and its
 * own folders, under their own names. It ends with this process, however that ends.
 *
 * @param port as `onFreePort` has it.
 * @returns what throws HarnessError `proxy-not-started`.
 */
export function inContainer({ engine, image, register }: InContainer, port = freePort): StartNginx {
  return onFreePort(async (job, log) => {
    const container: ContainerJob = {
      name: `stub-matrix-${randomUUID()}`,
      image,
      labels: { [LABEL]: job.run },
      argv: ['nginx', '-p', job.folder, '-c', join(job.folder, CONF)],
      env: job.env,
      folder: job.work,
      binds: bindsOf(job),
      log,
    };
    await using stack = new AsyncDisposableStack();
    stack.use(register.container(container.name));
    const { ended } = stack.use(await begin(engine, container, job));
    const held = stack.move();
    return { ended, command: byHand(container), hint: HINT, [Symbol.asyncDispose]: () => held.disposeAsync() };
  }, port);
}

async function begin(engine: Engine, container: ContainerJob, { folder }: NginxJob): Promise<Container> {
  try {
    return await engine.start(container);
  } catch (cause) {
    throw new HarnessError({
      code: 'proxy-not-started',
      message: `${engine.version} does not start the package proxy: ${wordsOf(cause)}`,
      hint: HINT,
      evidence: folder,
      command: byHand(container),
      cause,
    });
  }
}

const HINT = "the engine must be this host's own and not rootless, to have its files and its 127.0.0.1";

/**
 * The innermost last, as they are to be mounted. What is not there yet is seen, once it is, through what it will lie in; the
 * host as a whole is not bound, nor is a device.
 */
function bindsOf({ folder, work, packages, reads }: NginxJob): readonly Bind[] {
  const writable = [folder, work];
  const all = new Set([...reads.flatMap(nearest), packages, ...writable]);
  return [...all].toSorted().map((path) => ({ path, writable: writable.includes(path) }));
}

function nearest(path: string): readonly string[] {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return nearest(dirname(path));
  return path !== '/' && (found.isFile() || found.isDirectory()) ? [path] : [];
}

/** The like of it with docker's own words. */
function byHand({ image, argv, folder, binds }: ContainerJob): string {
  const mounts = binds.map(({ path, writable }) => `type=bind,src=${path},dst=${path}${writable ? '' : ',readonly'}`);
  const user = `${process.getuid?.()}:${process.getgid?.()}`;
  const options = ['--rm', '--network=host', `--user=${user}`, `--workdir=${folder}`];
  const [program, ...args] = argv;
  const inside = ['--entrypoint', program, image, ...args];
  return pasteable(['docker', 'run', ...options, ...mounts.map((mount) => `--mount=${mount}`), ...inside]);
}
