import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { HarnessError } from '../runners/errors.ts';
import { run } from '../runners/process/command.ts';
import { earlyModules } from './recipe.ts';

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
 * its companions with the host's depmod, which reads foreign modules as well as its own.
 *
 * @returns those that have to be loaded before the root filesystem is there.
 */
export async function prepareModules(tree: string, version: string): Promise<EarlyModules> {
  const folder = join(tree, 'usr/lib/modules', version);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const packed = entries
    .filter((entry) => entry.name.endsWith('.ko.xz'))
    .map((entry) => join(entry.parentPath, entry.name));
  if (packed.length > 0) await run(['xz', '--decompress', '--threads=0', ...(packed as [string, ...string[]])]);
  await run(['depmod', '--basedir', tree, version], { purpose: 'indexing the kernel modules' });
  const [dep, builtin] = ['modules.dep', 'modules.builtin'].map((name) => readFile(join(folder, name), 'utf8'));
  return loadOrder(earlyModules, (await dep) ?? '', (await builtin) ?? '').map((path) => join(folder, path));
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

/** Makes the initramfs: busybox of the tree, the early modules and our init. `scratch` is an empty folder. */
export async function buildInitramfs(
  tree: string,
  modules: EarlyModules,
  init: string,
  scratch: string,
  output: string,
): Promise<void> {
  const root = join(scratch, 'initramfs');
  for (const folder of ['bin', 'modules', 'proc', 'sys', 'dev', 'run'])
    await mkdir(join(root, folder), { recursive: true });
  await copyFile(join(tree, 'usr/bin/busybox'), join(root, 'bin/busybox'));
  await copyFile(init, join(root, 'init'));
  for (const path of modules) await copyFile(path, join(root, 'modules', basename(path)));
  await writeFile(join(root, 'modules/order'), modules.map((path) => `${basename(path)}\n`).join(''));
  const names = (await readdir(root, { recursive: true })).sort();
  const archive = join(scratch, 'initramfs.cpio');
  await run(
    ['cpio', '--create', '--quiet', '--format=newc', '--owner=0:0', '--reproducible', '--null', '--file', archive],
    {
      cwd: root,
      input: names.map((name) => `${name}\0`).join(''),
      purpose: 'packing the initramfs',
    },
  );
  await run(['zstd', '-19', '--quiet', '--rm', '-o', output, archive], { purpose: 'packing the initramfs' });
}
