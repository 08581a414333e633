import { expect, test } from 'vitest';
import { parseControl, parseListing } from './packages.ts';

test('a control file: what is needed, of which one, without versions and architectures', () => {
  const control = `Package: udev
Version: 257.13-1~deb13u1
Depends: libc6:any (>= 2.38), debconf (>= 0.5) | debconf-2.0
Pre-Depends: init-system-helpers (>= 1.50~)
Provides: devices (= 1)
`;
  expect(parseControl(control)).toEqual({
    name: 'udev',
    version: '257.13-1~deb13u1',
    essential: false,
    needs: [['init-system-helpers'], ['libc6'], ['debconf', 'debconf-2.0']],
    provides: ['devices'],
  });
  expect(parseControl('Package: dash\nEssential: yes\n').essential).toBe(true);
});

test('a listing: files and links, not folders; old places below /usr', () => {
  const listing = `drwxr-xr-x root/root         0 2026-01-01 00:00 ./usr/bin/
-rwxr-xr-x root/root   1298416 2026-07-12 16:58 ./usr/bin/bash
lrwxrwxrwx root/root         0 2026-07-12 16:58 ./usr/bin/rbash -> bash
hrwxr-xr-x root/root         0 2026-07-12 16:58 ./usr/bin/perl5.40.1 link to ./usr/bin/perl
-rw-r--r-- root/root        12 2026-07-12 16:58 ./lib/udev/with space
`;
  expect(parseListing(listing)).toEqual([
    'usr/bin/bash',
    'usr/bin/rbash',
    'usr/bin/perl5.40.1',
    'usr/lib/udev/with space',
  ]);
});
