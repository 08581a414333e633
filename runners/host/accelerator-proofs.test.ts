import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keepProof, keptProofs, probeFolderIn, readProof } from './accelerator-proofs.ts';
import { bootId } from './processes.ts';

const proof = { accelerator: 'kvm', because: 'a guest has booted under KVM', seconds: 0.9 } as const;

let cache: string;
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'proofs-'));
});
afterEach(() => rm(cache, { recursive: true }));

test('an answer is kept, and listed for this boot of the host only', async () => {
  await keepProof(cache, 'abc', 'x86_64', proof);
  const file = join(cache, 'accelerator-abc.json');
  expect(await readProof(cache, 'abc')).toEqual(proof);
  expect(await keptProofs(cache)).toEqual([{ ...proof, arch: 'x86_64', file }]);
  await writeFile(file, (await readFile(file, 'utf8')).replace(bootId(), 'another'));
  expect(await keptProofs(cache)).toEqual([]);
});

test('a file that is none is no answer, and no folder holds none', async () => {
  await writeFile(join(cache, 'accelerator-abc.json'), JSON.stringify({ accelerator: 'tcg', because: '', seconds: 1 }));
  await writeFile(join(cache, 'accelerator-def.json'), '{');
  expect(await keptProofs(cache)).toEqual([]);
  expect(await readProof(cache, 'abc')).toBeUndefined();
  expect(await keptProofs(join(cache, 'none'))).toEqual([]);
});

test('what a killed probe left is cleared after a day; what is new or no probe’s is not', async () => {
  const [old, young, other] = ['probe-old', 'probe-new', 'other'].map((name) => join(cache, 'tmp', name)) as [
    string,
    string,
    string,
  ];
  for (const path of [old, young, other]) await mkdir(path, { recursive: true });
  const before = new Date(Date.now() - 25 * 60 * 60 * 1000);
  for (const path of [old, other]) await utimes(path, before, before);
  expect(await probeFolderIn(cache)).toBe(join(cache, 'tmp', 'probe-'));
  expect([old, young, other].map((path) => existsSync(path))).toEqual([false, true, true]);
});
