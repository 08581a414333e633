import type { AnyAuthMethod } from 'ssh2';
import type { Endpoint } from './attempt.ts';
import { type Reaching, reach } from './reach.ts';

export interface PasswordTarget extends Endpoint, Reaching {
  /** Each may be empty. A server takes six tries of a connection where nothing else is said, and each of these costs two. */
  readonly passwords: readonly string[];
}

export interface PasswordResult {
  readonly outcome: 'refused' | 'accepted';
  /** The method that let us in: `none`, `password` or `keyboard-interactive`. */
  readonly by?: string;
  /** What the server offers instead, where it refused: `publickey`, … */
  readonly offered: readonly string[];
}

/**
 * Tries to get in without a key: by no authentication at all, and by each password, given and as the answer to whatever the
 * server asks. All are tried whether the server offers them or not, in one connection: to make one costs an emulated guest
 * more than all tries.
 *
 * @throws GuestFailure where the server could not be asked, as `reach` does.
 */
export async function attemptPasswords(target: PasswordTarget): Promise<PasswordResult> {
  const { user: username, passwords } = target;
  let tried: string | undefined;
  const methods = () => {
    const left: AnyAuthMethod[] = [
      { type: 'none', username },
      ...passwords.flatMap((password) => by(username, password)),
    ];
    return () => {
      const next = left.shift();
      tried = next?.type;
      return next;
    };
  };
  const reached = await reach(target, methods, target);
  if (reached.kind === 'refused') return { outcome: 'refused', offered: reached.offered };
  reached.client.on('error', () => {});
  reached.client.end();
  return { outcome: 'accepted', offered: [], ...(tried ? { by: tried } : {}) };
}

const by = (username: string, password: string): AnyAuthMethod[] => [
  { type: 'password', username, password },
  {
    type: 'keyboard-interactive',
    username,
    prompt: (_name, _instructions, _language, prompts, finish) => finish(prompts.map(() => password)),
  },
];
