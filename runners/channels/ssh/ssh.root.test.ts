import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../../process/command.ts';
import { type KeyPair, makeKeyPair } from './keys.ts';
import { attemptPasswords } from './password.ts';
import { Ssh, type SshTarget } from './ssh.ts';
import { Sshd, USERS, unable } from './sshd.test-support.ts';

let folder: string;
let keys: KeyPair;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stub-ssh-'));
  keys = await makeKeyPair(join(folder, 'keys'), 'stub-matrix run');
});
afterAll(() => rmSync(folder, { recursive: true }));

const to = (sshd: Sshd): SshTarget => ({
  host: '127.0.0.1',
  port: sshd.port,
  user: sshd.user,
  privateKey: keys.privateKey,
  timeout: 20,
  awaiting: 'the test server',
});

describe.skipIf(unable !== '')(`against sshd${unable && ` (skipped: without ${unable})`}`, () => {
  test('the key pair is one that OpenSSH reads, and private', async () => {
    expect(statSync(keys.privateKeyPath).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'keys')).mode & 0o777).toBe(0o700);
    const { stdout } = await run(['ssh-keygen', '-y', '-f', keys.privateKeyPath]);
    expect(stdout.trim()).toBe(keys.publicKey);
    expect(keys.publicKey).toMatch(/^ssh-ed25519 AAAA\S+ stub-matrix run$/);
  });

  describe('a running server', () => {
    let sshd: Sshd;
    let ssh: Ssh;
    beforeAll(async () => {
      sshd = await Sshd.prepare(keys.publicKey);
      sshd.start();
      ssh = await Ssh.connect(to(sshd));
    });
    afterAll(async () => {
      await ssh?.[Symbol.asyncDispose]();
      await sshd?.[Symbol.asyncDispose]();
    });

    test('proves its host key, with the fingerprint that ssh-keygen prints', async () => {
      const { stdout } = await run(['ssh-keygen', '-lf', join(sshd.folder, 'host_key.pub')]);
      expect(stdout.split(' ')[1]).toBe(ssh.hostKey.fingerprint);
      expect(sshd.hostKeyLine).toContain(`${ssh.hostKey.type} ${ssh.hostKey.base64}`);
    });

    test('runs commands: both outputs, status, signal, input', async () => {
      const of = (command: string, input?: string) =>
        ssh.exec(command, { timeout: 10, ...(input === undefined ? {} : { input }) });
      expect(await of('echo out; echo err >&2; exit 3')).toEqual({ exitCode: 3, stdout: 'out\n', stderr: 'err\n' });
      expect(await of('kill -9 $$')).toMatchObject({ exitCode: 137 });
      expect(await of('cat', 'grüße')).toMatchObject({ exitCode: 0, stdout: 'grüße' });
      expect(await of('cat')).toMatchObject({ exitCode: 0, stdout: '' });
      expect((await of('head -c 3000000 /dev/zero')).stdout).toHaveLength(3_000_000);
    });

    test('a command that does not end is named; the session lives on', async () => {
      const started = performance.now();
      const hung = ssh.exec('sleep 60', { timeout: 0.2 });
      await expect(hung).rejects.toMatchObject({
        code: 'ssh-exec-timeout',
        message: expect.stringMatching(/"sleep 60" did not end within 0.2 s/),
      });
      expect(performance.now() - started).toBeLessThan(5000);
      expect(await ssh.exec('true', { timeout: 10 })).toMatchObject({ exitCode: 0 });
    });

    test('a session that is cut off is named, and tells the next command too', async () => {
      await using session = await Ssh.connect(to(sshd));
      const cut = session.exec('kill -9 $PPID; sleep 60', { timeout: 10 });
      await expect(cut).rejects.toMatchObject({
        code: 'ssh-lost',
        message: expect.stringMatching(/kill -9 .* has not told its end/),
      });
      await expect(session.exec('true', { timeout: 10 })).rejects.toMatchObject({ code: 'ssh-lost' });
    });

    test('another key is refused at once, without another attempt', async () => {
      const other = await makeKeyPair(join(folder, 'other'), 'other');
      await expect(Ssh.connect({ ...to(sshd), privateKey: other.privateKey })).rejects.toMatchObject({
        code: 'ssh-refused',
        message: expect.stringContaining('publickey'),
      });
    });

    test('passwords: the right one gets in, a wrong, an empty and none do not', async () => {
      const by = (user: string, ...passwords: string[]) => attemptPasswords({ ...to(sshd), user, passwords });
      expect(await by(USERS.withPassword, 'secret')).toEqual({ outcome: 'accepted', by: 'password', offered: [] });
      expect(await by(USERS.withPassword, 'wrong', 'secret')).toMatchObject({ outcome: 'accepted' });
      expect(await by(USERS.withPassword, 'wrong', '')).toMatchObject({ outcome: 'refused' });
      expect(await by(USERS.withEmptyPassword, '')).toMatchObject({ outcome: 'refused' });
    });
  });

  test('a server that permits empty passwords is found out', async () => {
    await using sshd = await Sshd.prepare(keys.publicKey, ['PermitEmptyPasswords yes']);
    sshd.start();
    const target = { ...to(sshd), user: USERS.withEmptyPassword, passwords: [''] };
    expect(await attemptPasswords(target)).toMatchObject({ outcome: 'accepted', by: 'none' });
  });

  test('a server that offers keys only refuses the right password', async () => {
    await using sshd = await Sshd.prepare(keys.publicKey, [
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
    ]);
    sshd.start();
    const target = { ...to(sshd), user: USERS.withPassword, passwords: ['secret'] };
    expect(await attemptPasswords(target)).toEqual({ outcome: 'refused', offered: ['publickey'] });
  });

  test('a server that comes up late is waited for', async () => {
    await using sshd = await Sshd.prepare(keys.publicKey);
    setTimeout(() => sshd.start(), 1200);
    await using ssh = await Ssh.connect(to(sshd));
    expect((await ssh.exec('echo up', { timeout: 10 })).stdout).toBe('up\n');
  });
});
