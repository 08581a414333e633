import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { attempt, run } from '../../runners/process/command.ts';
import { tool } from './debs.test-support.ts';

/* signature.sh and keyring.sh by real keys and signatures of GnuPG's. */

let work: string;
let ours: string;
let others: string;

const path = (name: string) => join(work, name);
const gpg = (...args: string[]) => run(['gpg', '--homedir', work, '--batch', '--yes', '--quiet', ...args]);

/** A new key, which signs by a subkey of its own, as Gentoo's do. @returns its fingerprint. */
async function makeKey(name: string): Promise<string> {
  await gpg('--passphrase', '', '--quick-generate-key', name, 'ed25519', 'cert');
  const { stdout } = await gpg('--with-colons', '--list-keys', name);
  const fingerprint = /^fpr:+([0-9A-F]{40}):/m.exec(stdout)?.[1] ?? '';
  await gpg('--passphrase', '', '--quick-add-key', fingerprint, 'ed25519', 'sign');
  return fingerprint;
}

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'signature-'));
  ours = await makeKey('ours');
  others = await makeKey('others');
  await gpg('--output', path('all.gpg'), '--export');
  await gpg('--armor', '--output', path('ours.asc'), '--export', ours);
  await writeFile(path('list'), 'stage3.tar.xz 100\n');
  for (const user of ['ours', 'others']) {
    await gpg('--local-user', user, '--output', path(`list.${user}`), '--clear-sign', path('list'));
    await gpg('--local-user', user, '--output', path(`sig.${user}`), '--detach-sign', path('list'));
  }
}, 60_000);
afterAll(async () => {
  await attempt(['gpgconf', '--homedir', work, '--kill', 'all']);
  await rm(work, { recursive: true });
});

/** Verifies with all keys at hand, of which only ours count. @returns what is printed, or why it is refused. */
async function verify(words: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const script = `set -eu; for part in keyring signature; do . "$1/$part.sh"; done; shift
    DISTRO=test; fail() { echo "refused: $*"; exit 1; }; download() { cat "$1" > "$2"; }
    prepare_keys "$ACCEPT"; if [ $# -gt 1 ]; then verify "$@"; else rm -f "$WORK/signed"; extract_signed "$1" "$WORK/signed"; cat "$WORK/signed"; fi`;
  const given = { WORK: work, ACCEPT: ours, KEYS_URL: path('all.gpg'), ...env };
  const { stdout } = await attempt(['bash', '-c', script, 'bash', tool('.'), ...words], { env: given });
  return stdout.replaceAll(work, '');
}

test('prints what a key that counts has signed', async () => {
  expect(await verify([path('list.ours')])).toBe('stage3.tar.xz 100');
  expect(await verify([path('list'), path('sig.ours')])).toBe('');
});

test('a key that lies beside it does not count', async () => {
  const refused = `is signed by ${others}, which is no key of test`;
  expect(await verify([path('list'), path('sig.others')])).toBe(`refused: /list ${refused}`);
  expect(await verify([path('list.others')])).toContain(`refused: /list.others ${refused}`);
});

test('what stands before or behind the signed words is not among them', async () => {
  const signed = await readFile(path('list.ours'), 'utf8');
  await writeFile(path('padded'), `evil.tar.xz 1\n\n${signed}\nevil.tar.xz 2\n`);
  expect(await verify([path('padded')])).toBe('stage3.tar.xz 100');
});

test('words that were changed, and none that are signed', async () => {
  const signed = await readFile(path('list.ours'), 'utf8');
  await writeFile(path('changed'), signed.replace('100', '666'));
  expect(await verify([path('changed')])).toMatch(/refused: \/changed is not signed by a key of test/);
  expect(await verify([path('list')])).toMatch(/^refused: \/list is not signed by a key of test/);
});

test('a subkey that somebody else has put below our key does not count', async () => {
  // The packets of our key without its subkey, then those of the others' subkey: 6 and 14 are keys, 13 a name, 2 a signature.
  const ourPackets = packets(await exported(ours));
  const theirPackets = packets(await exported(others));
  const head = ourPackets.slice(
    0,
    ourPackets.findIndex(({ tag }) => tag === 14),
  );
  const graft = theirPackets.slice(theirPackets.findIndex(({ tag }) => tag === 14));
  await writeFile(path('grafted.gpg'), Buffer.concat([...head, ...graft].map(({ bytes }) => bytes)));
  const refused = await verify([path('list'), path('sig.others')], { KEYS_URL: path('grafted.gpg') });
  expect(refused).toMatch(/^refused: \/list is not signed by a key of test/);
});

test('keys of the user’s own count all, and only they', async () => {
  const own = { KEYRING: path('ours.asc'), ACCEPT: 'none' };
  expect(await verify([path('list'), path('sig.ours')], own)).toBe('');
  expect(await verify([path('list'), path('sig.others')], own)).toMatch(/^refused: \/list is not signed/);
});

test('armour of several keys, one behind the other, with and without a comment and a checksum', async () => {
  await gpg('--armor', '--comment', 'a: b', '--output', path('others.asc'), '--export', others);
  const first = (await readFile(path('ours.asc'), 'utf8')).replace(/^=.{4}\n/m, '');
  await writeFile(path('both.asc'), first + (await readFile(path('others.asc'), 'utf8')));
  const own = { KEYRING: path('both.asc') };
  for (const user of ['ours', 'others']) expect(await verify([path('list'), path(`sig.${user}`)], own)).toBe('');
});

async function exported(fingerprint: string): Promise<Buffer> {
  await gpg('--output', path('one.gpg'), '--export', fingerprint);
  return readFile(path('one.gpg'));
}

/** OpenPGP packets of the old format, as GnuPG exports them: RFC 4880, 4.2.1. */
function packets(bytes: Buffer): { tag: number; bytes: Buffer }[] {
  const found: { tag: number; bytes: Buffer }[] = [];
  for (let at = 0; at < bytes.length; ) {
    const head = bytes[at] ?? 0;
    const size = 1 << (head & 3);
    const end = at + 1 + size + bytes.readUIntBE(at + 1, size);
    found.push({ tag: (head >> 2) & 15, bytes: bytes.subarray(at, end) });
    at = end;
  }
  return found;
}
