import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { run } from '../../runners/process/command.ts';
import { concerns, digestsIn, isIndex } from './indexes.ts';
import { digestInName, lasts } from './names.ts';

const folder = mkdtempSync(join(tmpdir(), 'indexes-'));
afterAll(() => rmSync(folder, { recursive: true }));

const hex = (text: string, algorithm = 'sha256') => createHash(algorithm).update(text).digest('hex');

test.each([
  [`h/debian/dists/trixie/main/binary-amd64/by-hash/SHA256/${hex('x')}`, 'sha256', true],
  [`h/debian/dists/trixie/main/by-hash/SHA512/${hex('x', 'sha512')}`, 'sha512', true],
  [`h/os/repodata/${hex('x')}-primary.xml.gz`, 'sha256', true],
  [`h/os/repodata/${hex('x', 'sha1')}-primary.xml.gz`, 'sha1', true],
  ['h/debian/pool/main/b/bash/bash_5.2_amd64.deb', undefined, true],
  ['h/debian/pool/main/d/di/di_1_amd64.udeb', undefined, true],
  ['h/os/Packages/b/bash-5.1-1.el9.x86_64.rpm', undefined, true],
  ['h/gentoo/20261115T164555Z/stage3-amd64-systemd-20261115T164555Z.tar.xz', undefined, true],
  ['h/debian/dists/trixie/InRelease', undefined, false],
  ['h/debian/dists/trixie/main/binary-amd64/Packages.xz', undefined, false],
  ['h/os/repodata/repomd.xml', undefined, false],
  ['h/os/repodata/primary.xml.gz', undefined, false],
  ['h/gentoo/latest-stage3-amd64-systemd.txt', undefined, false],
  ['h/gentoo/snapshots/portage-latest.tar.xz', undefined, false],
])('%s', (key, algorithm, lasting) => {
  expect([digestInName(key)?.algorithm, lasts(key)]).toEqual([algorithm, lasting]);
});

const stanza = (name: string) =>
  `Package: ${name}\nDescription: Filename: not this\nFilename: pool/${name}.deb\nSize: 1\nSHA256: ${hex(name)}\n`;
const packages = `${Array.from({ length: 5000 }, (_, number) => stanza(`p${number}`)).join('\n')}\n`;
const rpm = (name: string) =>
  `<package type="rpm"><name>${name}</name><checksum type="sha256" pkgid="YES">${hex(name)}</checksum>` +
  `<location href="Packages/${name}.rpm"/><format><rpm:sourcerpm>s</rpm:sourcerpm></format></package>`;
const primary = `<?xml version="1.0"?><metadata packages="2">${rpm('one')}\n${rpm('two')}</metadata>`;
const stage3 = 'stage3-amd64-systemd-20261115T164555Z.tar.xz';
const digests = [
  '-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n',
  `# BLAKE2B HASH\n${hex('other', 'blake2b512')}  ${stage3}`,
  `# SHA512 HASH\n${hex('stage', 'sha512')}  ${stage3}\n${hex('c', 'sha512')}  ${stage3}.CONTENTS.gz\n`,
].join('\n');

const xz = async (text: string) => {
  const file = join(folder, 'to-pack');
  writeFileSync(file, text);
  await run(['xz', '--force', file]);
  return `${file}.xz`;
};
const put = (bytes: string | Buffer) => {
  const file = join(folder, 'index');
  writeFileSync(file, bytes);
  return file;
};

test.each([
  ['plain', async () => put(packages)],
  ['gzip', async () => put(gzipSync(packages))],
  ['zstd', async () => put(zstdCompressSync(packages))],
  ['xz', () => xz(packages)],
])('apt’s Packages, %s', async (_, make) => {
  const index = `h/debian/dists/s/main/binary-amd64/by-hash/SHA256/${hex('x')}`;
  const wanted = new Set(['h/debian/pool/p0.deb', 'h/debian/pool/p4999.deb', 'h/debian/pool/none.deb']);
  const found = await digestsIn(index, await make(), wanted);
  expect(Object.fromEntries(found)).toEqual({
    'h/debian/pool/p0.deb': { algorithm: 'sha256', hex: hex('p0') },
    'h/debian/pool/p4999.deb': { algorithm: 'sha256', hex: hex('p4999') },
  });
});

test('rpm’s primary.xml', async () => {
  const wanted = new Set(['h/os/Packages/one.rpm', 'h/os/Packages/two.rpm']);
  const found = await digestsIn(`h/os/repodata/${hex('x')}-primary.xml.gz`, put(gzipSync(primary)), wanted);
  expect([...found.values()].map((digest) => digest.hex)).toEqual([hex('one'), hex('two')]);
});

test('Gentoo’s DIGESTS: of several hashes one that is known by its length', async () => {
  const found = await digestsIn(`h/gentoo/1/${stage3}.DIGESTS`, put(digests), new Set([`h/gentoo/1/${stage3}`]));
  expect([...found.values()]).toEqual([{ algorithm: 'sha512', hex: hex('stage', 'sha512') }]);
});

test('an index that breaks off says so', async () => {
  const whole = await xz(packages);
  await run(['truncate', '--size=500', whole]);
  const index = 'h/debian/dists/s/main/binary-amd64/Packages.xz';
  await expect(digestsIn(index, whole, new Set())).rejects.toThrow(/xz --decompress.*Unexpected end/s);
});

test('an index speaks for its own archive', () => {
  const index = 'h/debian/dists/s/main/binary-amd64/Packages.xz';
  expect([isIndex(index), isIndex('h/debian/dists/s/InRelease')]).toEqual([true, false]);
  expect(concerns(index, 'h/debian/pool/x.deb')).toBe(true);
  expect(concerns(index, 'h/debian-security/pool/x.deb')).toBe(false);
});
