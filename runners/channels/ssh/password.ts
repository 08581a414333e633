import type { AnyAuthMethod } from 'ssh2';
import type { Endpoint } from './attempt.ts';
import { type Reaching, reach } from './reach.ts';

export interface PasswordTarget extends Endpoint, Reaching {
  /** May be empty. */
  readonly password: string;
}

export interface PasswordResult {
  readonly outcome: 'refused' | 'accepted';
  /** The method that let us in: `none`, `password` or `keyboard-interactive`. */
  readonly by?: string;
  /** What the server offers instead, where it refused: `publickey`, … */
  readonly offered: readonly string[];
}

/**
 * Tries to get in without a key: by no authentication at all, by the password, and by the password as the answer to whatever
 * the server asks. All three are tried whether the server offers them or not.
 *
 * @throws GuestFailure where the server could not be asked, as `reach` does.
 */
export async function attemptPassword(target: PasswordTarget): Promise<PasswordResult> {
  const { user: username, password } = target;
  let tried: string | undefined;
  const methods = () => {
    const left: AnyAuthMethod[] = [
      { type: 'none', username },
      { type: 'password', username, password },
      {
        type: 'keyboard-interactive',
        username,
        prompt: (_name, _instructions, _language, prompts, finish) => finish(prompts.map(() => password)),
      },
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
