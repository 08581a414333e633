import { expect, test } from 'vitest';
import type { PlannedCell } from '../matrix/plan.ts';
import { installerLine } from './install.ts';
import { archiveIn, installInputs } from './install-inputs.ts';

const cell = { id: 'debian12-x86_64-ext4', distro: 'debian12', arch: 'x86_64', fs: 'ext4' };
const archive = {
  uri: 'http://mirror.example/debian',
  securityUri: 'http://mirror.example/security',
  codename: 'bookworm',
  version: '12.1',
  date: '2026-01-01',
  securityDate: '2026-01-01',
  from: 'matrix.yaml',
  securityFrom: 'matrix.yaml',
};

test('the line is what a person would type', () => {
  expect(installerLine(cell, { archive, exception: undefined }, {})).toBe(
    'FS=ext4 MIRROR=http://mirror.example/debian SECURITY_MIRROR=http://mirror.example/security ./debian12.sh',
  );
  expect(installerLine(cell, { archive, exception: undefined }, { bootstrap: 'debootstrap' })).toContain(
    ' BOOTSTRAP=debootstrap ./debian12.sh',
  );
});

test('through the package proxy, the archive keeps its name', () => {
  const proxy = { port: 40_001, folder: '/run/proxy', offline: false };
  expect(installerLine(cell, { archive, exception: undefined }, { proxy })).toBe(
    'http_proxy=http://10.0.2.100:3128 FS=ext4 MIRROR=http://mirror.example/debian SECURITY_MIRROR=http://mirror.example/security ./debian12.sh',
  );
});

test('what the proxy fetches by https guests ask it for by http; where they are let out they ask themselves', () => {
  const [uri, securityUri] = ['https://mirror.example/https/debian', 'https://mirror.example:8443/security'];
  const line = (options: Parameters<typeof installerLine>[2]) =>
    installerLine(cell, { archive: { ...archive, uri, securityUri }, exception: undefined }, options);
  expect(line({ proxy: { port: 1, folder: '/p', offline: false } })).toContain(
    ' MIRROR=http://mirror.example/https/debian SECURITY_MIRROR=http://mirror.example:8443/security ',
  );
  expect(line({})).toContain(`MIRROR=${uri} SECURITY_MIRROR=${securityUri} `);
});

test('an exception tells which suites are read', () => {
  const exception = {
    when: {},
    suites: { bookworm: 'oldstable', 'bookworm-security': 'oldstable-security' },
    'past-valid-until': true,
    until: '2026-12-31',
    because: 'a mirror that stands still',
  };
  expect(installerLine(cell, { archive, exception }, {})).toContain(
    " SUITES_READ='bookworm=oldstable bookworm-security=oldstable-security' PAST_VALID_UNTIL=yes ./debian12.sh",
  );
});

test('an address is data, not shell', () => {
  const odd = { ...archive, uri: 'http://mirror.example/$(reboot);x' };
  const line = installerLine(cell, { archive: odd, exception: undefined }, {});
  expect(line).toContain("MIRROR='http://mirror.example/$(reboot);x' ");
});

test('what a stand-in installs is another thing, at whatever address', () => {
  const keyOf = (kind: 'real' | 'stand-in') => installInputs({ cell } as PlannedCell, { ...archive, kind }, {}, null);
  expect(keyOf('stand-in')).not.toEqual(keyOf('real'));
});

test.each(['real', 'stand-in'] as const)('what was installed of a %s archive knows where it came from', (kind) => {
  const installed = installInputs({ cell } as PlannedCell, { ...archive, kind }, {}, null);
  const { uri, date, securityUri, securityDate } = archive;
  expect(archiveIn(installed)).toMatchObject({ kind, uri, date, securityUri, securityDate });
});
