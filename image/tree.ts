import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, cp, glob, lstat, mkdir, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { run } from '../runners/process/command.ts';
import { writeAccounts } from './accounts.ts';
import { architectures, copies, folders, type ImageArch, leftOut, links, packages, suite } from './recipe.ts';

/** Where the packages come from; their signatures are verified with the host's debian-archive-keyring. */
export interface PackageOrigin {
  /** URI of a Debian archive. */
  readonly uri: string;
}

export interface TreeOptions {
  readonly arch: ImageArch;
  readonly origin: PackageOrigin;
  /** An empty folder for scratch files beside the tree. */
  readonly scratch: string;
  /** Takes what mmdebstrap says. */
  readonly log: string;
  /** Added to the environment of mmdebstrap. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/**
 * Downloads, verifies and unpacks the packages into `tree`. mmdebstrap writes a tar archive in whichever of its modes the
 * user may use (root, or an unprivileged user namespace), so the tree belongs to the user and can be worked on.
 *
 * @returns the packages as `name_version_arch`, sorted.
 */
export async function unpackPackages(tree: string, options: TreeOptions): Promise<string[]> {
  const { arch, origin, scratch, log, env, signal } = options;
  const wanted = [...packages, 'busybox-static', architectures[arch].kernelPackage];
  const archive = join(scratch, 'packages.tar');
  await run(
    [
      'mmdebstrap',
      '--variant=extract',
      `--architectures=${architectures[arch].debian}`,
      ...wanted.map((name) => `--include=${name}`),
      // Nothing is executed, so whether the host could does not matter.
      '--skip=check/qemu,cleanup/apt/cache',
      '--format=tar',
      suite,
      archive,
      origin.uri,
    ],
    {
      purpose: 'unpacking the packages of the image',
      log,
      env: { ...env, TMPDIR: scratch },
      ...(signal ? { signal } : {}),
    },
  );
  await mkdir(tree);
  await run(
    [
      'tar',
      '--extract',
      '--file',
      archive,
      '--directory',
      tree,
      '--no-same-owner',
      '--preserve-permissions',
      '--exclude=./dev/*',
    ],
    {
      log,
      ...(signal ? { signal } : {}),
    },
  );
  await rm(archive);
  const archives = await readdir(join(tree, 'var/cache/apt/archives'));
  return archives.flatMap((name) => (name.endsWith('.deb') ? [decodeURIComponent(name.slice(0, -4))] : [])).sort();
}

/** Does what the packages' maintainer scripts would have done, as far as stub needs it, and lays our own files on top. */
export async function configureTree(tree: string, files: string): Promise<void> {
  for (const pattern of leftOut) {
    for await (const path of glob(pattern, { cwd: tree })) await rm(join(tree, path), { recursive: true, force: true });
  }
  await cp(files, tree, { recursive: true, force: true, verbatimSymlinks: true });
  for (const folder of folders) await mkdir(join(tree, folder), { recursive: true });
  for (const [from, to] of copies) await cp(join(tree, from), join(tree, to));
  for (const [path, target] of links) {
    await mkdir(dirname(join(tree, path)), { recursive: true });
    await rm(join(tree, path), { force: true });
    await symlink(target, join(tree, path));
  }
  await writeAccounts(tree);
  await writeFile(join(tree, 'etc/fstab'), '');
  // Empty, not absent: systemd makes a transient id and does not take this for a first boot, which would preset all units.
  await writeFile(join(tree, 'etc/machine-id'), '', { mode: 0o444 });
  await writeCertificates(tree);
  const nsswitch = ['passwd: files', 'group: files', 'shadow: files', 'hosts: files myhostname dns', 'networks: files'];
  await writeFile(join(tree, 'etc/nsswitch.conf'), `${nsswitch.join('\n')}\n`);
  for (const folder of ['root', 'tmp', 'var/tmp']) {
    await chmod(join(tree, folder), folder === 'root' ? 0o700 : 0o1777);
  }
}

/** The bundle that update-ca-certificates would have made of Mozilla's authorities. */
async function writeCertificates(tree: string): Promise<void> {
  const folder = join(tree, 'usr/share/ca-certificates/mozilla');
  if (!existsSync(folder)) return;
  const names = (await readdir(folder)).filter((name) => name.endsWith('.crt')).sort();
  const bundle = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  await mkdir(join(tree, 'etc/ssl/certs'), { recursive: true });
  await writeFile(join(tree, 'etc/ssl/certs/ca-certificates.crt'), bundle.join('\n'));
}

/** SHA-256 over the names of all files below a folder, with their bytes and whether they can be executed, or where they link. */
export async function hashFolder(folder: string, accept: (path: string) => boolean = () => true): Promise<string> {
  const hash = createHash('sha256');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() || entry.isSymbolicLink());
  const paths = files.map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  for (const path of paths.filter(accept).sort()) {
    const stats = await lstat(join(folder, path));
    const content = stats.isSymbolicLink() ? await readlink(join(folder, path)) : await readFile(join(folder, path));
    hash
      .update(`${path}\0${stats.isSymbolicLink() ? 'link' : stats.mode & 0o111}\0${content.length}\0`)
      .update(content);
  }
  return hash.digest('hex');
}
