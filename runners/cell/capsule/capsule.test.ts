import { cp, mkdir, mkdtemp, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeKeyPair } from '../../channels/ssh/keys.ts';
import { Store } from '../../store/store.ts';
import { type CapsuleParts, makeCapsule } from './make.ts';
import { readManifest } from './manifest.ts';
import { completeCapsule, openCapsule } from './open.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'capsule-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const at = (...names: string[]) => join(folder, ...names);
const cache = () => at('cache');
const { signal } = new AbortController();
const inputs = { what: 'a disk' };

/** In bytes. */
const SMALL = 2 ** 20;

/** Large, of the store, and mostly holes, as an installed disk is. */
async function installedDisk(): Promise<string> {
  const entry = await new Store(cache()).obtain('disks', inputs, async (draft) => {
    await writeFile(join(draft, 'disk.qcow2'), 'installed');
    await truncate(join(draft, 'disk.qcow2'), SMALL + 1);
  });
  entry.release();
  return join(entry.folder, 'disk.qcow2');
}

async function parts(changes: Partial<CapsuleParts> = {}): Promise<CapsuleParts> {
  await mkdir(at('cell'), { mode: 0o700 });
  for (const name of ['kernel', 'initrd', 'layer-1', 'luks', 'cell/console.log', 'cell/qemu.argv', 'cell/sockets']) {
    await writeFile(at(name), `the ${name}`);
  }
  const socket = (name: string) => at('cell/sockets', name);
  return {
    cell: { id: 'debian13-x86_64-luks', distro: 'debian13', arch: 'x86_64', fs: 'luks' },
    failure: { phase: 'boot-installed', code: 'hung', message: 'the login prompt: the guest hangs' },
    spec: {
      name: 'guest',
      arch: 'x86_64',
      accelerator: 'tcg',
      cores: 2,
      memoryMiB: 256,
      kernel: at('kernel'),
      initrd: at('initrd'),
      cmdline: ['root=/dev/vda', 'stub-matrix.nonce=1'],
      dataDisk: { path: at('cell/disk.qcow2'), format: 'qcow2' },
      credentials: { 'stub.luks-key': at('luks') },
      sockets: { qmp: socket('qmp'), console: socket('console'), agent: socket('agent') },
      console: 'serial',
      consoleLog: at('cell/console.log'),
      pvpanic: false,
    },
    argv: ['qemu', '-kernel', join(cache(), 'k,ernel'), `path=${socket('qmp')},logfile=${at('cell/console.log')}`],
    qemu: '7.2.22',
    medium: { on: 'disk', gib: 20, layers: [await installedDisk(), at('layer-1')] },
    keys: await makeKeyPair(at('keys'), 'test'),
    line: './debian13.sh',
    evidence: at('cell'),
    cacheFolder: cache(),
    upTo: SMALL,
    signal,
    ...changes,
  };
}

const mode = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

describe('what is in it', () => {
  test('all that is small, with its hash; of what is large and in the store the name', async () => {
    await makeCapsule(at('capsule'), await parts());
    const manifest = await readManifest(at('capsule'));
    expect(Object.keys(manifest.files).toSorted()).toEqual([
      'evidence/console.log',
      'evidence/qemu.argv',
      'keys/credential-stub.luks-key',
      'keys/id_ed25519',
      'keys/id_ed25519.pub',
      'machine/initrd',
      'machine/kernel',
      'machine/layer-1.qcow2',
    ]);
    expect(manifest.absent).toEqual({
      'machine/installed.qcow2': {
        size: SMALL + 1,
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        store: { kind: 'disks', key: expect.stringMatching(/^[0-9a-f]{20}$/), file: 'disk.qcow2' },
        was: expect.stringMatching(/\/cache\/disks\/.*\/disk\.qcow2$/),
      },
    });
    expect(manifest).toMatchObject({
      medium: { on: 'disk', layers: ['machine/installed.qcow2', 'machine/layer-1.qcow2'] },
      machine: { credentials: { 'stub.luks-key': 'keys/credential-stub.luks-key' } },
      argv: ['qemu', '-kernel', '{cache}/k,ernel', 'path={sockets}/qmp,logfile={evidence}/console.log'],
    });
  });

  test('nobody else reads its keys', async () => {
    await makeCapsule(at('capsule'), await parts());
    expect(await mode(at('capsule'))).toBe('700');
    expect(await mode(at('capsule/keys'))).toBe('700');
    for (const key of ['id_ed25519', 'credential-stub.luks-key'])
      expect(await mode(at('capsule/keys', key))).toBe('600');
  });

  test('nothing of one that cannot be made', async () => {
    const broken = await parts();
    await rm(at('initrd'));
    await expect(makeCapsule(at('capsule'), broken)).rejects.toThrow(/initrd/);
    await expect(stat(at('capsule'))).rejects.toThrow(/ENOENT/);
    await expect(stat(at('capsule.draft'))).rejects.toThrow(/ENOENT/);
  });
});

describe('it opens', () => {
  test('where it was moved to, with a cache that was moved too', async () => {
    await makeCapsule(at('capsule'), await parts());
    await mkdir(at('elsewhere'));
    await rename(at('capsule'), at('elsewhere/c'));
    await rename(cache(), at('elsewhere/cache'));
    const { path } = await openCapsule(at('elsewhere/c'), at('elsewhere/cache'));
    expect(path('machine/kernel')).toBe(at('elsewhere/c/machine/kernel'));
    expect(path('machine/installed.qcow2')).toMatch(new RegExp(`^${at('elsewhere/cache')}/disks/.*/disk.qcow2$`));
  });

  test.each(['made whole at once', 'made whole later'])('without any cache, %s', async (when) => {
    const whole = when === 'made whole at once';
    await makeCapsule(at('capsule'), await parts(whole ? { upTo: 2 * SMALL } : {}));
    if (!whole) await completeCapsule(await openCapsule(at('capsule'), cache()), signal);
    await rm(cache(), { recursive: true });
    const { path, manifest } = await openCapsule(at('capsule'), at('no-cache'));
    expect(manifest.absent).toEqual({});
    const disk = path('machine/installed.qcow2');
    expect((await readFile(disk)).subarray(0, 9).toString()).toBe('installed');
    // The holes are holes still.
    expect((await stat(disk)).blocks).toBeLessThan(100);
  });
});

describe('it is refused, and the file is named', () => {
  const damage: readonly [string, string, (capsule: string) => Promise<unknown>][] = [
    [
      'one byte changed',
      'machine/layer-1.qcow2: its SHA-256 differs',
      (capsule) => writeFile(join(capsule, 'machine/layer-1.qcow2'), 'thE layer-1'),
    ],
    [
      'one file cut short',
      'machine/kernel: 2 bytes instead of 10',
      (capsule) => truncate(join(capsule, 'machine/kernel'), 2),
    ],
    ['one file lost', 'evidence/console.log: it is missing', (capsule) => rm(join(capsule, 'evidence/console.log'))],
    [
      'a manifest of another make',
      'manifest.json: .*schema',
      async (capsule) => {
        const text = await readFile(join(capsule, 'manifest.json'), 'utf8');
        await writeFile(join(capsule, 'manifest.json'), text.replace('capsule 1', 'capsule 2'));
      },
    ],
  ];
  test.each(damage)('%s', async (_, words, harm) => {
    await makeCapsule(at('capsule'), await parts());
    // A copy, as one that came over a network.
    await cp(at('capsule'), at('copy'), { recursive: true });
    await harm(at('copy'));
    await expect(openCapsule(at('copy'), cache())).rejects.toMatchObject({
      fault: 'harness',
      code: 'capsule-damaged',
      message: expect.stringMatching(new RegExp(words)),
    });
    await openCapsule(at('capsule'), cache());
  });

  test('what it only names is not on this host', async () => {
    await makeCapsule(at('capsule'), await parts());
    await rm(cache(), { recursive: true });
    await expect(openCapsule(at('capsule'), cache())).rejects.toMatchObject({
      fault: 'harness',
      code: 'capsule-incomplete',
      message: expect.stringMatching(
        /names its machine\/installed\.qcow2, which is disks\/[0-9a-f]{20}, .*it is missing/,
      ),
      command: `./stub-matrix reopen --with-image ${at('capsule')}`,
    });
  });

  test('what the store has by that name is something else', async () => {
    await makeCapsule(at('capsule'), await parts());
    const { absent } = await readManifest(at('capsule'));
    await truncate(absent['machine/installed.qcow2']?.was ?? '', SMALL + 2);
    await expect(openCapsule(at('capsule'), cache())).rejects.toThrow(/bytes instead of/);
  });

  test('a folder that is none', async () => {
    await expect(openCapsule(folder, cache())).rejects.toMatchObject({ fault: 'usage', code: 'no-capsule' });
  });
});
