import { expect, test } from 'vitest';
import { accountFiles, parseSysusers } from './accounts.ts';

const basic = `# comment
g tty        5     -

u root       0       - /root                /bin/bash
u games      5:60    - /usr/games           /usr/sbin/nologin
g games      60      -
u messagebus - "System Message Bus" /nonexistent
u sshd -:nogroup "sshd user" /run/sshd
g nogroup    65534 -
u! systemd-network - "systemd Network Management"
m root adm
`;

const files = accountFiles(parseSysusers(basic));

test('users get their fixed ids, or free ones from 999 downwards, with a group of the same number', () => {
  expect(files.passwd.split('\n')).toEqual([
    'root:x:0:0::/root:/bin/bash',
    'games:x:5:60::/usr/games:/usr/sbin/nologin',
    'messagebus:x:999:999:System Message Bus:/nonexistent:/usr/sbin/nologin',
    'sshd:x:998:65534:sshd user:/run/sshd:/usr/sbin/nologin',
    'systemd-network:x:997:997:systemd Network Management:/:/usr/sbin/nologin',
    '',
  ]);
  expect(files.group).toContain('messagebus:x:999:\n');
  expect(files.group).toContain('tty:x:5:\n');
  expect(files.group.match(/^games:/gm)).toHaveLength(1);
});

test('root alone has no password, all others are locked', () => {
  const fields = files.shadow
    .trim()
    .split('\n')
    .map((line) => line.split(':').slice(0, 2).join(':'));
  expect(fields).toEqual(['root:', 'games:!*', 'messagebus:!*', 'sshd:!*', 'systemd-network:!*']);
});
