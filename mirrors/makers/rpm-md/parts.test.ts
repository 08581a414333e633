import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadMatrix } from '../../../runners/matrix/load.ts';
import { readStandIn, standIns } from '../../stand-ins.ts';
import type { Wanted } from '../maker.ts';
import { coats } from './coats.ts';
import { keptModules } from './kernel.ts';
import { without } from './left-out.ts';
import { releaseRpms } from './release.ts';
import { shares } from './repositories.ts';
import { rpmMd } from './rpm-md.ts';
import { escaped, specOf } from './spec.ts';

const { distributions } = loadMatrix();
const rows = Object.entries(distributions).filter(([, { family }]) => family === 'rpm-md');
const wantedOf = (id: string) =>
  ({
    id,
    arch: 'x86_64',
    debian: 'amd64',
    distribution: distributions[id],
    standIn: readStandIn(id),
  }) as Wanted<'rpm-md'>;

test('every distribution of this family has a stand-in', () => {
  expect([...standIns()]).toEqual(expect.arrayContaining(rows.map(([id]) => id)));
});

test.each(rows)('all that the installer of %s asks for by name has a coat or is a package of Debian', (id, row) => {
  const wanted = wantedOf(id);
  if (row.family !== 'rpm-md') return;
  const { release } = wanted.standIn;
  const debs = new Set(rpmMd.packages(wanted));
  const own = [release.package, release.repositories, release.keys];
  for (const name of [...row['first-packages'], ...row.packages]) {
    expect(own.includes(name) || name in coats || debs.has(name), name).toBe(true);
    // What EL calls otherwise than Debian would be asked of Debian by EL's name.
    expect(own.includes(name) && debs.has(name), name).toBe(false);
  }
});

test('no package is both in a coat and left out', () => {
  const worn = Object.values(coats).flatMap(({ debs = [] }) => debs);
  expect(worn.filter((name) => without.includes(name))).toEqual([]);
  expect(worn.filter((name, index) => worn.indexOf(name) !== index)).toEqual([]);
});

test('files and scriptlets lie beside coats that exist', () => {
  const names = ['files', 'scriptlets'].flatMap((folder) => readdirSync(join(import.meta.dirname, folder)));
  expect(names.map((name) => name.replace(/\.post(trans)?\.sh$/, '')).filter((name) => !(name in coats))).toEqual([]);
});

test('it says that it stands in, and by which key it is signed', () => {
  const {
    'rocky-release': release,
    'rocky-repos': repos,
    'rocky-gpg-keys': keys,
  } = releaseRpms(wantedOf('rocky8'), 'KEY');
  expect(release?.files['usr/lib/os-release']).toMatch(
    /^ID="rocky"\n(.*\n)*VERSION_ID="8"\n(.*\n)*VARIANT_ID="stand-in"$/m,
  );
  expect(release?.provides).toContain('system-release(releasever) = 8');
  expect(repos?.files['etc/yum.repos.d/stand-in.repo']).toMatch(
    /^\[appstream\]\n.*\nbaseurl=http:\/\/stand-in\.invalid\/rocky8\/x86_64\/8\/AppStream\/\$basearch\/os\/$/m,
  );
  expect(keys?.files).toEqual({ 'etc/pki/rpm-gpg/RPM-GPG-KEY-rockyofficial': 'KEY' });
});

test('CentOS 6 says in system-release what it is; its release, repositories and keys are one rpm', () => {
  const rpms = releaseRpms(wantedOf('centos6'), 'KEY');
  expect(Object.keys(rpms)).toEqual(['centos-release']);
  expect(rpms['centos-release']?.files).toMatchObject({ 'etc/system-release': 'CentOS release 6.10 (Final)\n' });
  expect(rpms['centos-release']?.requires).toEqual(['setup']);
});

test('where rpms lie: what EL has in AppStream in the second repository, and in updates nothing yet', () => {
  const rpms = [
    { file: 'bash.rpm', second: false },
    { file: 'avahi.rpm', second: true },
  ];
  expect(shares({ baseos: 'b', appstream: 'a' }, rpms)).toEqual({ baseos: ['bash.rpm'], appstream: ['avahi.rpm'] });
  expect(shares({ base: 'b', updates: 'u' }, rpms)).toEqual({ base: ['bash.rpm', 'avahi.rpm'], updates: [] });
});

test('of a kernel what guests need stays, with what that needs', () => {
  const dep = [
    'kernel/fs/fuse/virtiofs.ko.xz: kernel/fs/fuse/fuse.ko.xz',
    'kernel/fs/fuse/fuse.ko.xz:',
    'kernel/drivers/md/dm-crypt.ko.xz: kernel/drivers/md/dm-mod.ko.xz',
    'kernel/drivers/md/dm-mod.ko.xz:',
    'kernel/drivers/gpu/drm/radeon/radeon.ko.xz: kernel/drivers/gpu/drm/drm.ko.xz',
    'kernel/drivers/gpu/drm/drm.ko.xz:',
  ].join('\n');
  expect([...keptModules(dep)].map((path) => path.replace(/.*\//, '')).toSorted()).toEqual([
    'dm-crypt.ko.xz',
    'dm-mod.ko.xz',
    'fuse.ko.xz',
    'virtiofs.ko.xz',
  ]);
});

test('what has a meaning in %files is told as it is', () => {
  expect(escaped('usr/bin/[')).toBe('"/usr/bin/["');
  expect(escaped('usr/lib/systemd/system/a\\x2db.slice')).toBe('"/usr/lib/systemd/system/a\\x2db.slice"');
  expect(escaped('usr/share/a 100%')).toBe('"/usr/share/a 100%%"');
});

test('a spec', () => {
  const coat = { units: ['sshd.service'], triggers: [{ on: '/usr/lib', run: 'ldconfig' }] };
  const paths = [
    { path: 'usr/sbin/sshd', mode: 0o100755, link: false },
    { path: 'var/empty', mode: 0o40555, link: false, folder: true as const },
    { path: 'bin', mode: 0o120777, link: true },
  ];
  const scriptlets = { post: 'systemctl preset sshd.service' };
  const rpm = {
    name: 'sshd',
    version: '1',
    summary: '100% safe',
    coat,
    debs: [],
    requires: ['bash'],
    provides: [],
    paths,
    scriptlets,
  };
  const spec = specOf([rpm], { tree: '/t', dist: '.el' }).split('\n');
  expect(spec.slice(spec.indexOf('%package -n sshd'))).toMatchInlineSnapshot(`
    [
      "%package -n sshd",
      "Version: 1",
      "Release: 1.el",
      "Summary: 100%% safe",
      "AutoReqProv: no",
      "Requires: bash",
      "Requires(post): systemd",
      "%description -n sshd",
      "100%% safe (from packages of Debian; a stand-in, not the distribution's own)",
      "%install",
      "mkdir -p %{buildroot}",
      "for each in /t/*; do cp -a "$each/." %{buildroot}/; done",
      "%post -n sshd",
      "systemctl preset sshd.service",
      "%transfiletriggerin -n sshd -- /usr/lib",
      "ldconfig",
      "%files -n sshd",
      "%defattr(-,root,root,-)",
      "%attr(0755,root,root) "/usr/sbin/sshd"",
      "%dir %attr(0555,root,root) "/var/empty"",
      ""/bin"",
      "",
    ]
  `);
});
