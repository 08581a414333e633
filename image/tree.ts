import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, cp, glob, lstat, mkdir, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { writeAccounts } from './accounts.ts';
import { copies, folders, keptTmpfiles, keptUdevRules, leftOut, links, modes } from './layout.ts';
import { keptUnits, unitFolder, wanted } from './units.ts';

/** Does what the packages' maintainer scripts would have done, as far as stub needs it, and lays our own files on top. */
export async function configureTree(tree: string, files: string): Promise<void> {
  for (const pattern of leftOut) await removeMatches(tree, pattern);
  await keepOnly(join(tree, 'usr/lib/udev/rules.d'), keptUdevRules);
  await keepOnly(join(tree, 'usr/lib/tmpfiles.d'), keptTmpfiles);
  await arrangeUnits(join(tree, unitFolder));
  await cp(files, tree, { recursive: true, force: true, verbatimSymlinks: true });
  for (const folder of folders) await mkdir(join(tree, folder), { recursive: true });
  for (const [from, to] of copies) await cp(join(tree, from), join(tree, to));
  for (const [path, target] of links) await link(tree, path, target);
  await writeAccounts(tree);
  await writeFile(join(tree, 'etc/fstab'), '');
  // Empty, not absent: systemd makes a transient id and does not take this for a first boot, which would preset all units.
  await writeFile(join(tree, 'etc/machine-id'), '');
  await writeCertificates(tree);
  const nsswitch = ['passwd: files', 'group: files', 'shadow: files', 'hosts: files myhostname dns', 'networks: files'];
  await writeFile(join(tree, 'etc/nsswitch.conf'), `${nsswitch.join('\n')}\n`);
}

/**
 * Gives each file and folder the permissions that it has for everybody, as layout.ts says: neither the umask of whoever
 * builds nor that of whoever checked out our files shows in the image.
 */
export async function setModes(tree: string): Promise<void> {
  for (const entry of await readdir(tree, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() && !entry.isDirectory()) continue;
    const path = join(entry.parentPath, entry.name);
    const { mode } = await lstat(path);
    const wanted = (mode & SPECIAL_BITS) | (entry.isDirectory() || mode & 0o111 ? 0o755 : 0o644);
    if ((mode & 0o7777) !== wanted) await chmod(path, wanted);
  }
  for (const [path, mode] of modes) await chmod(join(tree, path), mode);
}

/** Set-user-id and the like, which the packages mean. */
const SPECIAL_BITS = 0o7000;

async function removeMatches(folder: string, pattern: string): Promise<void> {
  for await (const path of glob(pattern, { cwd: folder })) {
    await rm(join(folder, path), { recursive: true, force: true });
  }
}

/** Removes what none of the patterns (a star stands for anything) names. */
async function keepOnly(folder: string, patterns: readonly string[]): Promise<void> {
  const kept = new Set<string>();
  for (const pattern of patterns) {
    for await (const name of glob(pattern, { cwd: folder })) kept.add(name);
  }
  for (const name of await readdir(folder)) {
    if (!kept.has(name)) await rm(join(folder, name), { recursive: true });
  }
}

/** Takes away the units that stub does not have, and has targets start what it does have. */
async function arrangeUnits(folder: string): Promise<void> {
  await keepOnly(folder, keptUnits);
  for (const [target, names] of Object.entries(wanted)) {
    for (const name of names) await link(folder, `${target}.wants/${name}`, `../${name}`);
  }
}

async function link(folder: string, path: string, target: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await rm(join(folder, path), { force: true });
  await symlink(target, join(folder, path));
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
