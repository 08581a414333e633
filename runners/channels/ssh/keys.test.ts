import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { base64OfPublicKey, makeKeyPair } from './keys.ts';

test('a public key is as long as RFC 8709 wants it, also where it begins with zeros', async () => {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'keys-'));
  stack.defer(() => rm(folder, { recursive: true }));
  // Of so many, 8 begin with a zero.
  const pairs = await Promise.all(Array.from({ length: 2048 }, (_, n) => makeKeyPair(join(folder, `${n}`), 'test')));
  const lengths = pairs.map(({ publicKey }) => Buffer.from(base64OfPublicKey(publicKey), 'base64').length);
  expect(new Set(lengths)).toEqual(new Set([4 + 'ssh-ed25519'.length + 4 + 32]));
});
