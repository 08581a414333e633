import { expect, test } from 'vitest';
import { mask } from './mask.ts';

test.for([
  ['[    3.141592] EXT4-fs (vdb): mounted filesystem', 'EXT4-fs (vdb): mounted filesystem'],
  ['[   12.345678][   T1] Run /init as init process', 'Run /init as init process'],
  ['root=UUID=3b0e1c7e-1d2f-4c55-9b7a-0123456789ab ro', 'root=UUID=‹uuid› ro'],
  ['stub-matrix.nonce=0123456789abcdef', 'stub-matrix.nonce=‹hex›'],
  ['RIP: 0010:0xffffffff81234567', 'RIP: 0010:‹hex›'],
  ['systemd[1]: Reached target', 'systemd[‹pid›]: Reached target'],
  ['Out of memory: Killed process 412 (tail)', 'Out of memory: Killed process ‹pid› (tail)'],
  ['INFO: task touch:341 blocked for more than 10 seconds.', 'INFO: task touch:‹pid› blocked for more than ‹time›.'],
  ['Get:12 http://10.0.2.100:3128 trixie [123 kB]', 'Get:12 http://‹address› trixie [‹size›]'],
  ['connect to localhost:43211 failed', 'connect to localhost:43211 failed'],
  ['http://mirror.example:8080/debian', 'http://mirror.example/debian'],
  ['Date: Sun, 29 Nov 2026 11:54:42 UTC', 'Date: ‹time›'],
  ['setting system clock to 2026-11-29T11:54:42 UTC (1795953282)', 'setting system clock to ‹time› (‹hex›)'],
  ['link/ether 52:54:00:12:34:56', 'link/ether ‹mac›'],
  ['inet6 fe80::5054:ff:fe12:3456/64', 'inet6 ‹address›'],
  ['/tmp/tmp.k3JxQd9aZz/apt.conf', '/tmp/‹name›/apt.conf'],
])('%s', ([text, masked]) => {
  expect(mask(text ?? '')).toBe(masked);
});

test.for([
  'the installer ended with status 1',
  'stub-install: step 3/7 bootstrap',
  'linux-image-6.12.57+deb13-cloud-amd64',
  'sub-process /usr/bin/dpkg returned an error code (1)',
  '/tmp/configuration/file',
])('%s is kept', (text) => {
  expect(mask(text)).toBe(text);
});

test('names of the run go, wherever they stand', () => {
  expect(mask('debian13-x86-64-xfs login: ', ['debian13-x86-64-xfs'])).toBe('‹name› login: ');
});
