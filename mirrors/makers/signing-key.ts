import { mkdir } from 'node:fs/promises';
import type { MakerTools, SigningKey } from './maker.ts';

/** Three years: that of Debian's own releases. A stand-in is made anew long before. */
const LASTS = '3y';

/**
 * Makes a key in `home`, a folder that does not exist yet. RSA, as the distributions have it: every rpm and gpgv reads it.
 *
 * @param name what it is for; its user id.
 */
export async function makeSigningKey(home: string, name: string, tools: MakerTools): Promise<SigningKey> {
  await mkdir(home, { mode: 0o700 });
  const gpg = (purpose: string, ...args: readonly string[]) =>
    tools.run(['gpg', '--batch', '--no-tty', '--pinentry-mode', 'loopback', '--passphrase', '', ...args], {
      binds: [{ from: home, to: 'key', writable: true }],
      env: { GNUPGHOME: '/work/key' },
      purpose,
    });
  await gpg('making the key of a stand-in', '--quick-generate-key', name, 'rsa3072', 'sign', LASTS);
  const { stdout } = await gpg('reading the key of a stand-in', '--with-colons', '--fingerprint', '--list-keys', name);
  const fingerprint = /^fpr:+([0-9A-F]{40}):/m.exec(stdout)?.[1] ?? '';
  const { stdout: publicKey } = await gpg('writing the key of a stand-in', '--armor', '--export', fingerprint);
  return { home, fingerprint, name, publicKey };
}
