import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { run } from '../../process/command.ts';

/** A real sshd of the host's on a loopback port, with keys, users and a configuration of its own. */

const SSHD = '/usr/sbin/sshd';
const PRIVILEGE_SEPARATION = '/run/sshd';
/** sshd reads the users' passwords from the system's files; in a mount namespace these can be others. */
export const unable = [
  ...(process.getuid?.() === 0 ? [] : ['root']),
  ...[SSHD, '/usr/bin/unshare', '/usr/bin/ssh-keygen'].filter((path) => !existsSync(path)),
].join(', ');

/** `openssl passwd -6 secret`. */
const HASH_OF_SECRET =
  '$6$stubmatrix$bojjmK078rb41WQEEfLZFtxORPbSMu54S8ugWQkgjKHUnxwC3RDVwG5T37dzhN0T3/qWDn7Wp2m3OJkpJyfTQ.';
export const USERS = { withPassword: 'stub-secret', withEmptyPassword: 'stub-empty' } as const;

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

export class Sshd implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'stub-sshd-'));
  readonly port: number;
  readonly user = userInfo().username;
  readonly #stack = new AsyncDisposableStack();

  private constructor(port: number) {
    this.port = port;
    this.#stack.defer(() => rmSync(this.folder, { recursive: true }));
  }

  /** Lays out everything but does not start the server. `settings` are lines of its configuration that go first, and so win. */
  static async prepare(authorizedKey: string, settings: readonly string[] = []): Promise<Sshd> {
    const sshd = new Sshd(await freePort());
    const at = (name: string): string => join(sshd.folder, name);
    await run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', at('host_key')]);
    writeFileSync(at('authorized_keys'), `${authorizedKey}\n`);
    const config = [
      ...settings,
      ...[`Port ${sshd.port}`, 'ListenAddress 127.0.0.1', `HostKey ${at('host_key')}`, `PidFile ${at('pid')}`],
      ...[`AuthorizedKeysFile ${at('authorized_keys')}`, 'StrictModes no', 'UsePAM no'],
    ];
    writeFileSync(at('config'), `${config.join('\n')}\n`);
    const rows = (kind: string, row: (name: string, id: number) => string): void => {
      const names = Object.values(USERS).map((name, index) => row(name, 64000 + index));
      writeFileSync(at(kind), `${readFileSync(`/etc/${kind}`, 'utf8')}${names.join('\n')}\n`, { mode: 0o600 });
    };
    rows('passwd', (name, id) => `${name}:x:${id}:${id}::/:/bin/sh`);
    rows('shadow', (name) => `${name}:${name === USERS.withPassword ? HASH_OF_SECRET : ''}:20000:0:99999:7:::`);
    return sshd;
  }

  get hostKeyLine(): string {
    return readFileSync(join(this.folder, 'host_key.pub'), 'utf8');
  }

  get log(): string {
    return readFileSync(join(this.folder, 'log'), 'utf8');
  }

  start(): void {
    if (!existsSync(PRIVILEGE_SEPARATION)) {
      mkdirSync(PRIVILEGE_SEPARATION, { mode: 0o755 });
      this.#stack.defer(() => rmdirSync(PRIVILEGE_SEPARATION));
    }
    const log = openSync(join(this.folder, 'log'), 'a', 0o600);
    const script =
      'mount --bind "$1/passwd" /etc/passwd && mount --bind "$1/shadow" /etc/shadow && exec "$2" -D -e -f "$1/config"';
    const argv = ['--mount', '--', 'sh', '-c', script, 'sh', this.folder, SSHD];
    const child = spawn('unshare', argv, { stdio: ['ignore', log, log] });
    this.#stack.defer(async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill();
      await once(child, 'exit');
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}
