import { expect, test } from 'vitest';
import { VIRTIOFSD_PATHS, virtiofsdArgv } from './virtiofsd.ts';

const only = (path: string) => (other: string) => other === path;

test('each flavour is told in its own words, and the one in Rust comes first', () => {
  expect(virtiofsdArgv('/a,b', '/run/fs', only('/usr/lib/qemu/virtiofsd'))).toEqual([
    ...['/usr/lib/qemu/virtiofsd', '-f', '--socket-path=/run/fs'],
    ...['-o', 'source=/a\\,b', '-o', 'sandbox=chroot,cache=always,xattr,log_level=warn'],
  ]);
  expect(virtiofsdArgv('/a,b', '/run/fs', () => true)).toEqual([
    ...['/usr/libexec/virtiofsd', '--socket-path=/run/fs', '--shared-dir=/a,b'],
    ...['--sandbox=chroot', '--cache=always', '--xattr', '--inode-file-handles=prefer'],
  ]);
  expect(virtiofsdArgv('/a', '/run/fs', only('/usr/lib/virtiofsd'))[0]).toBe('/usr/lib/virtiofsd');
});

test('where there is none, the package is named', () => {
  expect(() => virtiofsdArgv('/a', '/run/fs', () => false)).toThrow(
    expect.objectContaining({
      fault: 'harness',
      code: 'no-virtiofsd',
      message: expect.stringContaining(VIRTIOFSD_PATHS.join(', ')),
      command: 'apt-get install virtiofsd',
    }),
  );
});
