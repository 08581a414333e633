import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findEngine } from '../../runners/host/engine.ts';
import { loadMatrix } from '../../runners/matrix/load.ts';
import { attempt, run } from '../../runners/process/command.ts';
import { findArchive } from '../origins.ts';

const answers = async (argv: readonly [string, ...string[]]) =>
  (await attempt(argv).catch(() => undefined))?.exitCode === 0;

/** Whether tests with containers are skipped: no engine answers, or what would make their image is missing. */
export const withoutDocker = !(
  (await answers(['docker', 'version'])) &&
  (await answers(['mmdebstrap', '--version'])) &&
  (await findEngine()) !== undefined
);

/** Debian's own nginx, with a shell and nothing else: no image is fetched from anywhere, only packages, verified. */
const PACKAGES = ['base-files', 'base-passwd', 'dash', 'nginx-light'];

/** The image that such tests run, made of the packages of the archive that this host's apt knows. */
export async function makeImage(name: string): Promise<AsyncDisposable> {
  const { distributions, mirrors } = loadMatrix();
  const debian = distributions.debian13;
  if (debian?.family !== 'debootstrap') throw new Error('debian13 is no debootstrap distribution');
  const named = Object.values(debian.published)[0]?.archive ?? '';
  const { uri } = await findArchive(debian, mirrors[named]?.origins ?? []);
  const folder = await mkdtemp(join(tmpdir(), 'image-'));
  // mmdebstrap's unprivileged mode works as another user, who has to come through.
  await chmod(folder, 0o755);
  try {
    const tar = join(folder, 'image.tar');
    const options = ['--variant=extract', '--format=tar', '--skip=check/qemu', `--include=${PACKAGES.join(',')}`];
    // nginx looks its user up, and the group of that name.
    const accounts = ['passwd', 'group'].map(
      (file) => `--extract-hook=cp "$1/usr/share/base-passwd/${file}.master" "$1/etc/${file}"`,
    );
    await run(['mmdebstrap', ...options, ...accounts, debian.suite, tar, uri], { env: { TMPDIR: folder } });
    await run(['docker', 'import', tar, name]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return { [Symbol.asyncDispose]: async () => void (await run(['docker', 'rmi', '--force', name])) };
}

/**
 * The names of containers in whatever state, as docker itself tells them.
 *
 * @param which a filter of `docker ps` that no other test's containers pass, such as `volume=` and a folder of our own.
 */
export async function containersWith(which: string): Promise<string[]> {
  const { stdout } = await run(['docker', 'ps', '--all', `--filter=${which}`, '--format={{.Names}}']);
  return stdout.split('\n').filter((name) => name !== '');
}
