import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import ssh2 from 'ssh2';

export interface KeyPair {
  /** OpenSSH's own format, without a passphrase, 0600. */
  readonly privateKeyPath: string;
  readonly publicKeyPath: string;
  readonly privateKey: string;
  /** One line for an authorized_keys file: type, base64, comment. */
  readonly publicKey: string;
}

/** Makes an ed25519 pair `id_ed25519`, `id_ed25519.pub` in `folder`, which becomes 0700. Fails where there is one already. */
export async function makeKeyPair(folder: string, comment: string): Promise<KeyPair> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { private: privateKey, public: publicKey } = generate(comment);
  const privateKeyPath = join(folder, 'id_ed25519');
  const publicKeyPath = `${privateKeyPath}.pub`;
  await writeFile(privateKeyPath, privateKey, { mode: 0o600, flag: 'wx' });
  await writeFile(publicKeyPath, `${publicKey}\n`, { mode: 0o644, flag: 'wx' });
  return { privateKeyPath, publicKeyPath, privateKey, publicKey };
}

/** ssh2 1.17 drops zeros at the head of a public key, so that one pair in 256 is none (mscdex/ssh2#1513): it is made anew. */
function generate(comment: string): { readonly private: string; readonly public: string } {
  const { generateKeyPairSync, parseKey } = ssh2.utils;
  for (;;) {
    const pair = generateKeyPairSync('ed25519', { comment });
    if (!(parseKey(pair.private) instanceof Error || parseKey(pair.public) instanceof Error)) return pair;
  }
}

/** The pair that `makeKeyPair` left in `folder`. */
export async function readKeyPair(folder: string): Promise<KeyPair> {
  const privateKeyPath = join(folder, 'id_ed25519');
  const publicKeyPath = `${privateKeyPath}.pub`;
  const [privateKey, publicKey] = await Promise.all([
    readFile(privateKeyPath, 'utf8'),
    readFile(publicKeyPath, 'utf8'),
  ]);
  return { privateKeyPath, publicKeyPath, privateKey, publicKey: publicKey.trim() };
}

/** The key a server proved to have. */
export interface HostKey {
  /** `ssh-ed25519`, … */
  readonly type: string;
  /** The second word of the server's `ssh_host_*_key.pub`. */
  readonly base64: string;
  /** As `ssh-keygen -l` prints it: `SHA256:…` */
  readonly fingerprint: string;
}

/** Reads the key blob of RFC 4253, 6.6, whose first string is the type. */
export function hostKeyOf(blob: Buffer): HostKey {
  const digest = createHash('sha256').update(blob).digest('base64').replace(/=+$/, '');
  return {
    type: blob.toString('latin1', 4, 4 + blob.readUInt32BE(0)),
    base64: blob.toString('base64'),
    fingerprint: `SHA256:${digest}`,
  };
}

/** The base64 word of a public key given as such a word or as a whole line of a `.pub` file. */
export function base64OfPublicKey(key: string): string {
  const words = key.trim().split(/\s+/);
  return words.find((word) => word.startsWith('AAAA')) ?? key.trim();
}
