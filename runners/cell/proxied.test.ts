import { expect, test } from 'vitest';
import { numbered } from '../../mirrors/proxy/archives.ts';
import { loadMatrix } from '../matrix/load.ts';
import { otherArchives } from './proxied.ts';

const { distributions, mirrors } = loadMatrix();

const cellsOf = (distro: string) => {
  const distribution = distributions[distro];
  if (!distribution) throw new Error(`no ${distro}`);
  return Object.keys(distribution.published).map((arch) => ({
    cell: { id: `${distro}-${arch}-xfs`, distro, arch, fs: 'xfs' },
    distribution,
  }));
};

test.each(Object.keys(distributions))(
  'what %s is installed from, besides apt’s, can be asked for by all its names',
  (id) => {
    const cells = cellsOf(id);
    const names = cells.map(({ cell, distribution }) => distribution.published[cell.arch]?.archive ?? '');
    const origins = names
      .flatMap((name) => mirrors[name]?.origins ?? [])
      .map((each) => each !== 'host-apt' && each.uri);
    const archives = numbered(otherArchives(cells, undefined));
    const expected = distributions[id]?.family === 'debootstrap' ? [] : [...new Set(origins)];
    expect(archives.map(({ uri }) => uri).toSorted()).toEqual(expected.toSorted());
  },
);

test('each is asked for first under its own name, then under the others', () => {
  expect(otherArchives(cellsOf('gentoo').slice(0, 1), undefined)).toEqual([
    { uri: 'https://distfiles.gentoo.org', mirrors: ['http://ftp.iij.ad.jp/pub/linux/gentoo'] },
    { uri: 'http://ftp.iij.ad.jp/pub/linux/gentoo', mirrors: ['https://distfiles.gentoo.org'] },
  ]);
});

test('--mirror is in place of them all', () => {
  const cells = [...cellsOf('rocky8'), ...cellsOf('debian13')];
  const uri = 'http://mirror.example/rocky';
  expect(otherArchives(cells, uri)).toEqual([
    { uri, mirrors: [] },
    { uri, mirrors: [] },
  ]);
});
