import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeKeyPair } from '../../channels/ssh/keys.ts';
import { testGuest } from '../../host/test-guest.ts';
import { run } from '../../process/command.ts';
import { makeCapsule } from './make.ts';
import { openCapsule } from './open.ts';
import { startCapsule } from './reopen.ts';

const prompt = { awaiting: 'the prompt', timeout: 120 };

/** A disk with a byte written all over its first and, where it has a second layer, its second sector. */
async function makeDisk(path: string, sector: number, byte: number, below?: string): Promise<string> {
  const backing = below === undefined ? ['64M'] : [];
  const on = below === undefined ? [] : ['-b', below, '-F', 'qcow2'];
  await run(['qemu-img', 'create', '-q', '-f', 'qcow2', ...on, path, ...backing]);
  await run(['qemu-io', '-f', 'qcow2', '-c', `write -P ${byte} ${512 * sector} 512`, path]);
  return path;
}

test('a capsule that was moved boots the machine as it was before the phase that failed, and stays as it is', async () => {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'reopen-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const at = (...names: string[]) => join(folder, ...names);
  for (const name of ['cell', 'elsewhere', 'cache']) await mkdir(at(name), { mode: 0o700 });
  const { kernel, initrd } = await testGuest();
  const installed = await makeDisk(at('installed'), 0, 1);
  const layer = await makeDisk(at('layer'), 1, 2, installed);
  const { signal } = new AbortController();
  await makeCapsule(at('cell/capsule'), {
    cell: { id: 'debian13-x86_64-xfs', distro: 'debian13', arch: 'x86_64', fs: 'xfs' },
    failure: { phase: 'boot-installed', code: 'hung', message: 'the login prompt: the guest hangs' },
    spec: {
      name: 'guest',
      arch: 'x86_64',
      accelerator: 'tcg',
      cores: 1,
      memoryMiB: 256,
      kernel,
      initrd,
      cmdline: ['console=ttyS0', 'quiet', 'stub-matrix.nonce=17'],
      credentials: {},
      sockets: { qmp: at('qmp'), console: at('console'), agent: at('agent') },
      console: 'serial',
      consoleLog: at('cell/console.log'),
      pvpanic: false,
    },
    argv: [],
    qemu: '4.2.0',
    medium: { on: 'disk', gib: 1, layers: [installed, layer] },
    keys: await makeKeyPair(at('cell/keys'), 'test'),
    evidence: at('cell'),
    cacheFolder: at('cache'),
    upTo: 2 ** 30,
    signal,
  });
  // What the layers name as lying below them is gone.
  for (const each of [installed, layer]) await rm(each);
  await rename(at('cell/capsule'), at('elsewhere/capsule'));

  const capsule = await openCapsule(at('elsewhere/capsule'), at('cache'));
  const context = { cacheFolder: at('cache'), print: () => {}, signal };
  const { machine, ways } = await startCapsule(capsule, context, stack);
  expect(ways).toEqual([
    expect.stringMatching(/^debian13-x86_64-xfs failed in its phase boot-installed, .* UTC: hung$/),
    '  the login prompt: the guest hangs',
    'It begins with what was installed, as it was before that phase.',
    expect.stringMatching(/^QEMU was 4\.2\.0 when it failed, this is \d+\./),
    expect.stringMatching(/^ssh: {2}ssh -i \S+\/keys\/id_ed25519 -p \d+ .* root@127\.0\.0\.1$/),
  ]);
  await machine.see(/guest# /, prompt);
  expect(await machine.execute('cat /proc/cmdline', prompt)).toMatchObject({
    output: 'console=ttyS0 quiet stub-matrix.nonce=17 no_timer_check',
  });
  // Its words go into QEMU's log: what came of them shows on the disk.
  await machine.qemu.qmp.hmp('qemu-io data "write -P 9 1024 512"');
  const disk = /file=([^,]*\/disk\.qcow2)/.exec(machine.qemu.argv.join(' '))?.[1] ?? '';
  await machine[Symbol.asyncDispose]();
  const sectors = ['read -P 1 0 512', 'read -P 2 512 512', 'read -P 9 1024 512'].flatMap((read) => ['-c', read]);
  const { stdout } = await run(['qemu-io', '-f', 'qcow2', ...sectors, disk]);
  expect(stdout.match(/^read 512/gm)).toHaveLength(3);
  expect(stdout).not.toMatch(/failed/);
  await openCapsule(at('elsewhere/capsule'), at('cache'));
});
