import { expect, test } from 'vitest';
import { debsFor, parsePackages, resolve, rpmVersion } from './resolve.ts';

const stanza = (name: string, depends = '', more = '') =>
  [
    `Package: ${name}`,
    'Version: 1:2.0-3',
    `Depends: ${depends}`,
    `Filename: debs/${name}_2.0-3_amd64.deb`,
    `Description: the ${name}`,
    more,
  ].join('\n');

const debs = parsePackages(
  [
    stanza('less', 'libc6 (>= 2.38), libtinfo6:any (>= 6) | nothing, debconf | debconf-2.0'),
    stanza('libc6', 'libgcc-s1'),
    stanza('libgcc-s1', 'libc6'),
    stanza('libtinfo6', 'libc6, awk'),
    stanza('mawk', 'libc6', 'Provides: awk (= 1)'),
    stanza('debconf', 'libc6'),
    stanza('idle', 'libc6'),
  ].join('\n\n'),
);
const coats = {
  glibc: { debs: ['libc6', 'libgcc-s1'], requires: ['setup'] },
  setup: {},
  pager: { requires: ['less'] },
};

test('a package becomes an rpm of its name or goes into a coat; what it needs comes along, by the names of rpms', () => {
  const rpms = resolve({ debs, coats, without: ['debconf'], wanted: ['pager'] });
  expect(rpms.map(({ name, requires }) => [name, ...requires])).toEqual([
    ['glibc', 'setup'],
    ['less', 'glibc', 'libtinfo6'],
    ['libtinfo6', 'glibc', 'mawk'],
    ['mawk', 'glibc'],
    ['pager', 'less'],
    ['setup'],
  ]);
  const [glibc] = rpms;
  expect(glibc).toMatchObject({
    version: '2.0_3',
    summary: 'the libc6',
    debs: [{ file: 'libc6_2.0-3_amd64.deb' }, {}],
  });
});

test('what is without stays out, also where somebody asks for it', () => {
  const names = resolve({ debs, coats, without: [], wanted: ['less'] }).map(({ name }) => name);
  expect(names).toContain('debconf');
});

test('a name that is neither is an error', () => {
  expect(() => resolve({ debs, coats, without: [], wanted: ['vim-minimal'] })).toThrow(/vim-minimal/);
});

test('what is fetched: all that the coats name, once', () => {
  expect(debsFor(coats, ['pager', 'glibc', 'less'])).toEqual(['less', 'libc6', 'libgcc-s1']);
});

test.each([
  ['2:9.1.1230-2+deb13u2', '9.1.1230_2+deb13u2'],
  ['1.0~rc1-1', '1.0~rc1_1'],
])('%s is %s to rpm', (debian, rpm) => {
  expect(rpmVersion(debian)).toBe(rpm);
});
