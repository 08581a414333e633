import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MakerTools } from '../../mirrors/makers/maker.ts';
import { makeSigningKey } from '../../mirrors/makers/signing-key.ts';
import { loadMatrix } from '../../runners/matrix/load.ts';
import { attempt, run } from '../../runners/process/command.ts';
import { mountsOf, unpackImage } from './image-tree.test-support.ts';
import { makeRepository } from './rpms.test-support.ts';

/*
 * rpmbootstrap as it is in the image for this machine's architecture, which is unpacked and run here: with its own rpm, libsolv
 * and Perl, on small rpms made for it.
 */

const stack = new AsyncDisposableStack();
let image: string;
let tools: MakerTools;

beforeAll(async () => {
  const tree = await unpackImage(stack);
  ({ image, tools } = tree);
  const { scratch } = tree;
  const ours = await makeSigningKey(join(scratch, 'ours'), 'ours', tools);
  const theirs = await makeSigningKey(join(scratch, 'theirs'), 'theirs', tools);
  await writeFile(join(image, 'given/ours.asc'), ours.publicKey);
  const packages = {
    shell: { key: ours, provides: ['/bin/sh'], files: { '/etc/of-shell': 'x' } },
    'asks-about-itself': {
      ...{ key: ours, requires: ['shell', '/etc/of-shell'], files: { '/usr/share/asks': 'x' } },
      post: '[ -r /proc/self/status ] && [ -d /sys/kernel ] && [ -c /dev/null ] && echo yes > /answer',
    },
    'asks-for-deep': { key: ours, requires: ['/usr/libexec/deep/file'] },
    deep: { key: ours, files: { '/usr/libexec/deep/file': 'x' } },
    lacking: { key: ours, requires: ['nobody-has-this'], files: { '/usr/share/lacking': 'x' } },
    foreign: { key: theirs, files: { '/usr/share/foreign': 'x' } },
    unsigned: { files: { '/usr/share/unsigned': 'x' } },
    tampered: { key: ours, tampered: true as const, files: { '/usr/share/tampered': 'x'.repeat(200) } },
  };
  await makeRepository(join(image, 'given/repository'), packages, tools);
});
afterAll(() => stack.disposeAsync());

const root = () => join(image, 'target');

/** Runs it as a person would at stub's shell, in an empty root that has a shell; what is mounted afterwards is printed. */
async function rpmbootstrap(...args: string[]): Promise<{ text: string; status: number }> {
  await rm(root(), { recursive: true, force: true });
  await mkdir(join(root(), 'usr/bin'), { recursive: true });
  await cp(join(image, 'usr/bin/busybox'), join(root(), 'usr/bin/sh'));
  await run(['ln', '-s', 'usr/bin', join(root(), 'bin')]);
  const script = `${mountsOf(image)}; status=0
    chroot "$0" rpmbootstrap "$@" 2>&1 || status=$?
    grep -F " $0/target/" /proc/self/mountinfo && echo STILL MOUNTED; exit $status`;
  const contained = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script, image, ...args] as const;
  const { stdout, exitCode } = await attempt(contained, { timeout: 120 });
  return { text: stdout, status: exitCode };
}

const repository = 'file:///given/repository';
const key = ['--key', '/given/ours.asc'];
const installed = async () =>
  (
    await run(['chroot', image, 'rpm', '--root', '/target', '--dbpath', '/var/lib/rpm', '-qa', '--qf', '%{name}\n'])
  ).stdout
    .split('\n')
    .filter((name) => name !== '' && name !== 'gpg-pubkey')
    .toSorted();

test('installs what is asked for and what that needs; scripts have /proc, /sys and /dev; nothing stays mounted', async () => {
  const { text, status } = await rpmbootstrap(...key, repository, '/target', 'asks-about-itself');
  expect(text).not.toContain('STILL MOUNTED');
  expect(status, text).toBe(0);
  expect(await installed()).toEqual(['asks-about-itself', 'shell']);
  expect(await readFile(join(root(), 'answer'), 'utf8')).toBe('yes\n');
  expect((await run(['ls', '-A', root()])).stdout).not.toMatch(/rpmbootstrap|stub-packages/);
});

test('with --no-scripts none is run, with --keep the packages stay', async () => {
  const { text, status } = await rpmbootstrap(
    ...key,
    ...['--no-scripts', '--keep', '/kept', repository, '/target', 'asks-about-itself'],
  );
  expect(status, text).toBe(0);
  expect((await run(['ls', root(), join(root(), 'kept')])).stdout).not.toContain('answer');
  expect((await run(['ls', join(root(), 'kept')])).stdout).toBe('asks-about-itself.rpm\nshell.rpm');
});

test('a database elsewhere is made there', async () => {
  const { status } = await rpmbootstrap(...key, '--database', '/usr/lib/sysimage/rpm', repository, '/target', 'shell');
  expect(status).toBe(0);
  expect((await run(['ls', join(root(), 'usr/lib/sysimage/rpm')])).stdout).toContain('rpmdb.sqlite');
});

test('a file that only the long list of files names is found there', async () => {
  const { text, status } = await rpmbootstrap(...key, repository, '/target', 'asks-for-deep');
  expect(status, text).toBe(0);
  expect(await installed()).toEqual(['asks-for-deep', 'deep']);
});

describe('refuses', () => {
  test.each([
    ['a package that another key has signed', 'foreign', /foreign.*(NOKEY|does not verify)/],
    ['a package that nobody has signed', 'unsigned', /unsigned.*does not verify/],
    ['a package that was changed after it was signed', 'tampered', /tampered.*(BAD|does not verify)/],
    ['a name that no package has', 'nosuch', /no package is called nosuch, or provides it/],
    ['what needs something that nothing provides', 'lacking', /nothing provides nobody-has-this needed by lacking/],
  ])('%s', async (_, name, reason) => {
    const { text, status } = await rpmbootstrap(...key, repository, '/target', 'shell', name);
    expect(text).toMatch(reason);
    expect(text).not.toContain('STILL MOUNTED');
    expect(status).toBe(1);
    expect((await run(['ls', root()])).stdout).not.toMatch(/^etc$/m);
  });

  test('to go on without keys, unless told to', async () => {
    const { text, status } = await rpmbootstrap(repository, '/target', 'shell');
    expect(text).toMatch(/nothing to verify the packages by; give --key FILE, or --no-signature/);
    expect(status).toBe(1);
    expect((await rpmbootstrap('--no-signature', repository, '/target', 'unsigned')).status).toBe(0);
    expect(await installed()).toEqual(['unsigned']);
  });

  test('an address that is no repository', async () => {
    const { text, status } = await rpmbootstrap(...key, 'file:///given', '/target', 'shell');
    expect(text).toMatch(/file:\/\/\/given\/repodata\/repomd.xml cannot be fetched/);
    expect(status).toBe(1);
  });

  test('a package that is not the one of the index', async () => {
    const other = join(image, 'given/other');
    await rm(other, { recursive: true, force: true });
    await cp(join(image, 'given/repository'), other, { recursive: true });
    await cp(join(other, 'unsigned.rpm'), join(other, 'shell.rpm'));
    const { text, status } = await rpmbootstrap(...key, 'file:///given/other', '/target', 'shell');
    expect(text).toMatch(/shell.rpm is not what the index says it is/);
    expect(status).toBe(1);
  });
});

describe('-x, what needs it goes without', () => {
  test('where nothing has it', async () => {
    const { text, status } = await rpmbootstrap(...key, '-x', 'nobody-has-this', repository, '/target', 'lacking');
    expect(status, text).toBe(0);
    expect(await installed()).toEqual(['lacking']);
  });

  test('where a package has it, which then does not come', async () => {
    const args = [...key, '--dependency-exclude', '/usr/libexec/deep/file', repository, '/target', 'asks-for-deep'];
    const { text, status } = await rpmbootstrap(...args);
    expect(status, text).toBe(0);
    expect(await installed()).toEqual(['asks-for-deep']);
  });

  test('and nothing else: what another needs comes', async () => {
    await rpmbootstrap(...key, '-x', 'nobody-has-this', repository, '/target', 'lacking', 'asks-for-deep');
    expect(await installed()).toEqual(['asks-for-deep', 'deep', 'lacking']);
  });
});

describe('the image has the keys of matrix.yaml', () => {
  const folders = ['/usr/share/distribution-gpg-keys', '/usr/share/stub/keys'];
  const rows = Object.entries(loadMatrix().distributions).filter(([, row]) => row.family === 'rpm-md');

  test.each(rows)('%s', async (id, { keys }) => {
    const shown = await run(['chroot', image, 'env', 'SHOW=1', `/root/${id}.sh`]);
    const names = [...shown.stdout.matchAll(/^key: (.*)$/gm)].map(([, name = '']) => name);
    const found: string[] = [];
    for (const name of names) {
      const file = (await attempt(['find', ...folders.map((folder) => join(image, folder)), '-path', `*/${name}`]))
        .stdout;
      const list = [
        'gpg',
        '--batch',
        '--no-tty',
        '--show-keys',
        '--with-colons',
        `/work/keys/${file.split('/').at(-1)}`,
      ] as const;
      const binds = [{ from: join(file, '..'), to: 'keys' }];
      const { stdout } = await tools.run(list, {
        binds,
        env: { GNUPGHOME: '/tmp' },
        purpose: `reading the key ${name}`,
      });
      found.push(/^fpr:+([0-9A-F]{40}):/m.exec(stdout)?.[1] ?? '');
    }
    expect(found).toEqual(keys);
  });
});
