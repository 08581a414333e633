import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { deathOf } from './death.ts';

const told = (exit: Parameters<typeof deathOf>[0]) =>
  deathOf(exit, 'the login prompt', '/run/qemu.log', ['qemu', '-S']);

test.each([
  ['SIGKILL', 'qemu-killed', 'QEMU was killed by SIGKILL from outside while we waited for the login prompt'],
  ['SIGHUP', 'qemu-killed', 'QEMU was killed by SIGHUP from outside while we waited for the login prompt'],
  ['SIGABRT', 'qemu-died', 'QEMU crashed with SIGABRT while we waited for the login prompt'],
  ['SIGSEGV', 'qemu-died', 'QEMU crashed with SIGSEGV while we waited for the login prompt'],
] as const)('who ended QEMU with %s', (signal, code, message) => {
  const exit = { exitCode: undefined, signal, reason: 'killed-by-signal' } as const;
  expect(told(exit)).toMatchObject({ code, message, evidence: '/run/qemu.log' });
});

test('an end that the guest asked for is the guest’s', () => {
  const exit = { exitCode: 0, signal: undefined, reason: 'guest-shutdown' } as const;
  expect(told(exit)).toMatchObject({ name: 'GuestFailure', code: 'guest-powered-off' });
});

test('the last words of a QEMU that crashed are told', () => {
  const folder = mkdtempSync(join(tmpdir(), 'death-'));
  try {
    writeFileSync(join(folder, 'qemu.log'), 'a warning\nassertion failed: (x == y)\n');
    const exit = { exitCode: undefined, signal: 'SIGABRT', reason: 'killed-by-signal' } as const;
    expect(deathOf(exit, 'the prompt', join(folder, 'qemu.log'), ['qemu']).message).toBe(
      'QEMU crashed with SIGABRT while we waited for the prompt; its last words: assertion failed: (x == y)',
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
