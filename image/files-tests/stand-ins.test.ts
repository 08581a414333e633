import { expect, test } from 'vitest';
import { apt } from '../../mirrors/makers/apt/apt.ts';
import { own } from '../../mirrors/makers/apt/names.ts';
import type { Family, Wanted } from '../../mirrors/makers/maker.ts';
import { parts } from '../../mirrors/makers/stage3/stage3.ts';
import { readStandIn, standIns } from '../../mirrors/stand-ins.ts';
import { loadMatrix } from '../../runners/matrix/load.ts';
import { showInstaller } from './show.test-support.ts';

/* What installers ask for, and what the stand-ins of their distributions have: the two are written in different places. */

const { distributions, filesystems } = loadMatrix();
const wantedOf = <F extends Family>(id: string) =>
  ({ id, arch: 'x86_64', debian: 'amd64', distribution: distributions[id], standIn: readStandIn(id) }) as Wanted<F>;
const ofFamily = (family: Family) => [...standIns()].filter((id) => distributions[id]?.family === family);

async function askedFor(id: string): Promise<string[]> {
  const shown = await Promise.all(
    Object.keys(filesystems).map((FS) => showInstaller(id, { FS, MIRROR: 'https://x.invalid', LOCALE: 'ja_JP.UTF-8' })),
  );
  return [...new Set(shown.flatMap(({ packages }) => packages?.[0]?.split(' ') ?? []))];
}

test.each(ofFamily('debootstrap'))('the stand-in of %s has all that its installer may ask for', async (id) => {
  const there = [...apt.packages(wantedOf(id)), ...Object.keys(own)];
  expect((await askedFor(id)).filter((name) => !there.includes(name))).toEqual([]);
});

test.each(ofFamily('stage3'))('the stand-in of %s has all that its installer may ask for', async (id) => {
  const there = [...parts(wantedOf(id)).keys()];
  expect((await askedFor(id)).filter((name) => !there.includes(name))).toEqual([]);
});

test('there is a stand-in for each release of Ubuntu, and for Gentoo', () => {
  expect(ofFamily('debootstrap')).toEqual(
    expect.arrayContaining(['ubuntu2004', 'ubuntu2204', 'ubuntu2404', 'ubuntu2604']),
  );
  expect(ofFamily('stage3')).toEqual(['gentoo']);
});
