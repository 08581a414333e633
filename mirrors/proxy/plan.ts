import type { NumberedArchive } from './archives.ts';
import type { PlacedFolder } from './folders.ts';

/** What nginx's configuration is made from: a plain value. All paths are absolute. */
export interface ProxyPlan {
  readonly run: string;
  /** ADDRESS:PORT */
  readonly listen: string;
  /** A folder of the run's own, on the filesystem of `packages`; nginx runs in it. */
  readonly work: string;
  /** The folder in which what was fetched is kept (layout.ts). */
  readonly packages: string;
  /** The account that nginx works under, only where it starts as root: nobody, its default, may not read a private folder. */
  readonly user?: string;
  /** Looked into before all else. */
  readonly folders: readonly PlacedFolder[];
  readonly serve: Fetching | Replaying;
  readonly patience: Patience;
}

export type Servers = Readonly<Record<string, readonly string[]>>;

/** What is not kept is fetched. */
export interface Fetching {
  readonly archives: readonly NumberedArchive[];
  /** By a mirror's id, ADDRESS:PORT of who answers for it, the best first. A mirror without any is left out. */
  readonly servers: Servers;
  /** Those are the gateway's (gateway.ts), which asks the mirrors in nginx's place. */
  readonly forwarded: boolean;
  /** IP addresses of name servers, for where a mirror sends on to. */
  readonly resolvers: readonly string[];
  /** File with the certificates that TLS trusts. */
  readonly trust: string;
}

/** Nothing is served but what lies ready in WORK/replay (replay.ts), and nobody is asked. */
export interface Replaying {
  /** The run whose answers they are. */
  readonly replayOf: string;
}

/** In seconds. */
export interface Patience {
  /** For a mirror to accept a connection. */
  readonly connect: number;
  /** For a mirror to say anything, at first and between two pieces. */
  readonly silence: number;
  /** A mirror that could not be reached is passed over for so long, where there is another. */
  readonly pause: number;
  /**
   * Who asks for what is being fetched for somebody else waits for so long, then has it fetched once more, as it comes: apt
   * takes 30 s of silence for a broken connection.
   */
  readonly share: number;
}

export const PATIENCE: Patience = { connect: 10, silence: 25, pause: 60, share: 20 };

/** A path that answers with the name of the run, by which the runner knows its own nginx from whatever else may listen there. */
export const WHOSE = '/.stub-matrix/run';

/** The logs, in the folder of the run's evidence. */
export const LOGS = { answered: 'answered.log', asked: 'asked.log', error: 'error.log', troubles: 'troubles.log' };

/** Below `work`. */
export const WORK = { cache: 'cache', shunned: 'shunned', answers: 'replay/answers', absent: 'replay/absent' };

/** Behind which the mirrors are, in `work`: by a name that is relative to it, as the kernel takes no long ones. */
export const SOCKET = 'mirrors';
