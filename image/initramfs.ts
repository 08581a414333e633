import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { constants, zstdCompress } from 'node:zlib';
import { HarnessError } from '../runners/errors.ts';
import type { Sized } from './contents.ts';
import { cpio } from './cpio.ts';
import { earlyModules } from './recipe.ts';
import type { Toolbox } from './toolbox.ts';

const compress = promisify(zstdCompress);

/** The one kernel version below usr/lib/modules. */
export async function kernelVersion(tree: string): Promise<string> {
  const versions = await readdir(join(tree, 'usr/lib/modules'));
  const [version] = versions;
  if (version === undefined || versions.length > 1) {
    throw new HarnessError({
      code: 'image-kernel',
      message: `the image must hold one kernel, found ${versions.join(', ') || 'none'}`,
    });
  }
  return version;
}

/** Module names are written with dashes and underscores at will; the kernel treats them alike. */
function moduleName(path: string): string {
  return basename(path).replace(/\.ko$/, '').replaceAll('-', '_');
}

/** Absolute paths of the modules that the initramfs loads, in load order. */
export type EarlyModules = readonly string[];

/** For a kernel with everything built in. */
export const noModules: EarlyModules = [];

/**
 * Unpacks all modules (the squashfs compresses better, and a guest under emulation need not) and writes modules.dep and
 * its companions with a depmod of this machine, which reads foreign modules as well as its own.
 *
 * @returns those that have to be loaded before the root filesystem is there.
 */
export async function prepareModules(tree: string, version: string, tools: Toolbox): Promise<EarlyModules> {
  const folder = join(tree, 'usr/lib/modules', version);
  const names = await readdir(folder, { recursive: true });
  const packed = names.filter((name) => name.endsWith('.ko.xz'));
  if (packed.length > 0) {
    await tools.run(['xz', '--decompress', '--threads=0', '--', ...packed], {
      folder,
      purpose: 'unpacking the kernel modules',
    });
  }
  await tools.run(['depmod', '--basedir', '.', version], { folder: tree, purpose: 'indexing the kernel modules' });
  const read = (name: string) => readFile(join(folder, name), 'utf8');
  const order = loadOrder(earlyModules, await read('modules.dep'), await read('modules.builtin'));
  return order.map((path) => join(folder, path));
}

/**
 * The files of the wanted modules and all they depend on, relative to the module folder, in load order.
 * Names that the kernel has built in are passed over.
 *
 * @throws HarnessError `module-missing` for a module that the kernel has in neither way.
 */
export function loadOrder(wanted: readonly string[], modulesDep: string, modulesBuiltin: string): string[] {
  const files = new Map<string, { path: string; needs: string[] }>();
  for (const line of modulesDep.split('\n')) {
    const [path, needs] = line.split(':');
    if (path) files.set(moduleName(path), { path, needs: (needs ?? '').split(' ').filter(Boolean) });
  }
  const builtin = new Set(modulesBuiltin.split('\n').filter(Boolean).map(moduleName));
  const order: string[] = [];
  const visit = (name: string): void => {
    const module = files.get(name);
    if (module === undefined) {
      if (builtin.has(name)) return;
      throw new HarnessError({ code: 'module-missing', message: `the kernel of the image has no module ${name}` });
    }
    for (const need of module.needs) visit(moduleName(need));
    if (!order.includes(module.path)) order.push(module.path);
  };
  for (const name of wanted) visit(name);
  return order;
}

/**
 * Makes the initramfs: busybox of the tree, the early modules and our init, whose path is given.
 *
 * @returns its files with their sizes in bytes.
 */
export async function buildInitramfs(
  tree: string,
  modules: EarlyModules,
  init: string,
  output: string,
): Promise<Sized[]> {
  const folders = ['bin', 'dev', 'modules', 'proc', 'run', 'sys'];
  const order = modules.map((path) => `${basename(path)}\n`).join('');
  const files = [
    { path: 'bin/busybox', mode: 0o755, content: await readFile(join(tree, 'usr/bin/busybox')) },
    { path: 'init', mode: 0o755, content: await readFile(init) },
    { path: 'modules/order', mode: 0o644, content: Buffer.from(order) },
    ...(await Promise.all(
      modules.map(async (path) => ({ path: `modules/${basename(path)}`, mode: 0o644, content: await readFile(path) })),
    )),
  ];
  const archive = cpio([...folders.map((path) => ({ path, mode: 0o755 })), ...files]);
  await writeFile(output, await compress(archive, { params: { [constants.ZSTD_c_compressionLevel]: 19 } }));
  return files.map(({ path, content }) => ({ path, size: content.length }));
}
