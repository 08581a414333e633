import { constants } from 'node:os';
import type { Duplex } from 'node:stream';
import type { ContainerRuntimeClient } from 'testcontainers';
import type { Argv } from '../process/command.ts';

/** A container to be started. All paths are absolute, and the same inside as on the host. */
export interface ContainerJob {
  /** Of the container; nobody else's. */
  readonly name: string;
  readonly image: string;
  /** What is shown by `docker ps --filter label=…`. */
  readonly labels: Readonly<Record<string, string>>;
  /** Found on the image's PATH. */
  readonly argv: Argv;
  readonly env: Readonly<Record<string, string>>;
  /** What it is started in. */
  readonly folder: string;
  /** What it sees of this host, besides its network. */
  readonly binds: readonly Bind[];
  /** Gets what it says; below a bind that is writable. */
  readonly log: string;
}

export interface Bind {
  readonly path: string;
  readonly writable: boolean;
}

/** A container that was started and may end at any moment. Disposing of it ends and removes it. */
export interface Container extends AsyncDisposable {
  /** Never rejects. In words, how it ended. */
  readonly ended: Promise<string>;
}

/** A container engine that answers: Docker, or what speaks its language. */
export interface Engine {
  /** In words, such as `Docker 28.2.2`. */
  readonly version: string;
  has(image: string): Promise<boolean>;
  /** @throws what the engine says. */
  pull(image: string, signal: AbortSignal): Promise<void>;
  /** @throws what the engine says. */
  start(job: ContainerJob): Promise<Container>;
  /** Ends and removes a container. @returns whether there was one of that name. */
  remove(name: string): Promise<boolean>;
}

/** Where DOCKER_HOST, ~/.testcontainers.properties or the usual sockets lead; undefined where nobody answers. */
export async function findEngine(): Promise<Engine | undefined> {
  // Where ports of containers are to be reached: we know, and to find out it would want a bridge, or a container of its own.
  process.env.TESTCONTAINERS_HOST_OVERRIDE ??= '127.0.0.1';
  // Nearly a second to load, which most runs need not spend.
  const { getContainerRuntimeClient, ImageName } = await import('testcontainers');
  const client = await getContainerRuntimeClient().catch(() => undefined);
  if (client === undefined) return undefined;
  const has = async (image: string) => {
    const known = client.container.dockerode.getImage(ImageName.fromString(image).string).inspect();
    return known.then(() => true, absent);
  };
  return {
    version: `Docker ${client.info.containerRuntime.serverVersion}`,
    has,
    pull: async (image, signal) => {
      const { promise, reject } = Promise.withResolvers<never>();
      const abort = () => reject(signal.reason);
      signal.throwIfAborted();
      signal.addEventListener('abort', abort, { once: true });
      try {
        await Promise.race([client.image.pull(ImageName.fromString(image)), promise]);
      } finally {
        signal.removeEventListener('abort', abort);
      }
      // What goes wrong on the way is only said in a stream that nobody reads.
      if (!(await has(image))) throw new Error(`${image} could not be fetched`);
    },
    start: (job) => start(client, job),
    remove: (name) =>
      client.container
        .getById(name)
        .remove({ force: true, v: true })
        .then(() => true, absent),
  };
}

/**
 * The first process of the container. Its standard input is a connection to us: when that breaks, however we ended, so does the
 * program; and when the first process has ended, the kernel ends all others.
 */
const HELD = `exec 3<&0 >>"$0" 2>&1
"$@" & program=$!
{ read -r _; kill -KILL "$program"; } <&3 &
wait "$program"`;

/** Seconds for a container to end and be removed that was asked to. */
const GRACE = 10;

/**
 * testcontainers' own way to have containers end with their process is another container, Ryuk: an image more to be had, and one
 * that sits at the engine's socket. Neither is needed here.
 */
async function start({ container: containers }: ContainerRuntimeClient, job: ContainerJob): Promise<Container> {
  const container = await containers.create({
    name: job.name,
    Image: job.image,
    Labels: { ...job.labels },
    Entrypoint: ['sh', '-c', HELD, job.log],
    Cmd: [...job.argv],
    Env: Object.entries(job.env).map(([name, value]) => `${name}=${value}`),
    WorkingDir: job.folder,
    // What it writes is ours.
    User: `${process.getuid?.()}:${process.getgid?.()}`,
    OpenStdin: true,
    StdinOnce: true,
    HostConfig: {
      AutoRemove: true,
      NetworkMode: 'host',
      // Where the engine shifts users, ours would be nobody.
      UsernsMode: 'host',
      CapDrop: ['ALL'],
      // Nothing is relabelled for SELinux, so it must not ask for labels.
      SecurityOpt: ['no-new-privileges', 'label=disable'],
      ReadonlyRootfs: true,
      LogConfig: { Type: 'none', Config: {} },
      Mounts: job.binds.map(({ path, writable }) => ({
        Type: 'bind',
        Source: path,
        Target: path,
        ReadOnly: !writable,
      })),
    },
  });
  const remove = () => container.remove({ force: true, v: true }).catch(absent);
  let line: Duplex;
  try {
    line = (await container.attach({ stream: true, stdin: true, hijack: true })) as Duplex;
    line.on('error', () => {});
  } catch (error) {
    await remove();
    throw error;
  }
  // Asked before it is started, since it may be gone right after.
  const ended = (container.wait({ condition: 'next-exit' }) as Promise<{ StatusCode: number }>).then(
    ({ StatusCode }) => inWords(StatusCode),
    (error: unknown) => `the engine does not tell how: ${wordsOf(error)}`,
  );
  const removed = container.wait({ condition: 'removed' }).catch(() => {});
  const end = async () => {
    line.destroy();
    const late = new Promise((resolve) => setTimeout(resolve, GRACE * 1000, 'late').unref());
    if ((await Promise.race([removed, late])) === 'late') await remove();
  };
  try {
    await containers.start(container);
  } catch (error) {
    line.destroy();
    await remove();
    throw error;
  }
  return { ended, [Symbol.asyncDispose]: end };
}

/** A shell's exit status, which has a signal's number in it. */
function inWords(status: number): string {
  const signal = Object.entries(constants.signals).find(([, number]) => number === status - 128)?.[0];
  return signal ?? `exit status ${status}`;
}

/** What an engine says of something that did not work. */
export const wordsOf = (error: unknown) => (error instanceof Error ? error.message.trim() : String(error));

/** No such image, no such container, or one that is just being removed. @throws what else it is. */
function absent(error: unknown): false {
  const { statusCode } = error as { statusCode?: number };
  if (statusCode === 404 || statusCode === 409) return false;
  throw error;
}
