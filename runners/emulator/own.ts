import { readdirSync } from 'node:fs';
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fetchPackages, type PackageSource, type Work } from '../../image/workshop/packages.ts';
import { HarnessError } from '../errors.ts';
import { versionOf } from '../host/tools.ts';
import { run } from '../process/command.ts';
import { ARCHES, type Arch } from '../qemu/arch.ts';

/** Debian's packages that hold an emulator, by the guest's architecture. */
const PACKAGES: Readonly<Record<Arch, string>> = {
  x86_64: 'qemu-system-x86',
  aarch64: 'qemu-system-arm',
  riscv64: 'qemu-system-riscv',
};

/** How a program of a tree is started on this machine, by Node's name for it: Debian's name, and where its libraries are. */
const MACHINES: Readonly<Record<string, { debian: string; loader: string; libraries: string }>> = {
  x64: { debian: 'amd64', loader: 'usr/lib64/ld-linux-x86-64.so.2', libraries: 'usr/lib/x86_64-linux-gnu' },
  arm64: { debian: 'arm64', loader: 'usr/lib/ld-linux-aarch64.so.1', libraries: 'usr/lib/aarch64-linux-gnu' },
  riscv64: {
    debian: 'riscv64',
    loader: 'usr/lib/ld-linux-riscv64-lp64d.so.1',
    libraries: 'usr/lib/riscv64-linux-gnu',
  },
};

/** Where QEMU looks for firmware. */
const FIRMWARE = ['usr/share/qemu', 'usr/share/seabios', 'usr/lib/ipxe/qemu'];

const folderIn = (cacheFolder: string) => join(cacheFolder, 'emulators');

/** The name of a tree: `x86_64-10.0.13`. */
const PARTS = /^(x86_64|aarch64|riscv64)-(\d[\w.]*)$/;

/** An emulator that was unpacked here before. */
export interface OwnEmulator {
  /** To be put in front of PATH. */
  readonly folder: string;
  readonly version: string;
}

/** The youngest emulator of an architecture in the cache, if there is one. */
export function findEmulator(cacheFolder: string, arch: Arch): OwnEmulator | undefined {
  const place = folderIn(cacheFolder);
  let names: string[];
  try {
    names = readdirSync(place);
  } catch {
    return undefined;
  }
  const found = names.flatMap((name) => {
    const [, of, version] = PARTS.exec(name) ?? [];
    return of === arch && version ? [{ folder: join(place, name, 'bin'), version }] : [];
  });
  return found.toSorted((a, b) => a.version.localeCompare(b.version, 'en', { numeric: true })).at(-1);
}

/**
 * Unpacks QEMU out of Debian's stable release, verified by apt, into the cache, with the libraries it wants: it runs beside the
 * host's own, whatever distribution that is, and installs nothing.
 *
 * @throws HarnessError `no-emulator-here` on a machine Debian has none for; `command-failed` where it cannot be fetched.
 */
export async function unpackEmulator(
  cacheFolder: string,
  arch: Arch,
  source: PackageSource,
  work: Work,
): Promise<OwnEmulator> {
  const machine = MACHINES[process.arch];
  if (!machine) {
    throw new HarnessError({ code: 'no-emulator-here', message: `Debian has no QEMU that runs on ${process.arch}` });
  }
  const place = folderIn(cacheFolder);
  const draft = join(place, `draft-${arch}-${process.pid}`);
  using _ = work.register.folder(draft);
  const tree = join(draft, 'tree');
  try {
    await mkdir(tree, { recursive: true, mode: 0o755 });
    const archive = join(draft, 'packages.tar.zst');
    await fetchPackages(archive, machine.debian, [PACKAGES[arch]], source, work);
    const excluded = ['./usr/share/doc', './usr/share/man', './usr/share/locale', './dev'].map(
      (each) => `--exclude=${each}`,
    );
    await run(['tar', '--extract', '--zstd', '--file', archive, '--directory', tree, '--no-same-owner', ...excluded], {
      purpose: 'laying out QEMU',
      ...(work.signal ? { signal: work.signal } : {}),
    });
    const program = await wrap(tree, arch, machine);
    const version = await versionOf(program);
    if (version === undefined) {
      throw new HarnessError({
        code: 'emulator-unfit',
        message: `QEMU out of ${source.uri} does not run on this host`,
        evidence: tree,
        command: `${program} --version`,
      });
    }
    const final = join(place, `${arch}-${version}`);
    // Another run may have been quicker.
    await rename(tree, final).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
    return { folder: join(final, 'bin'), version };
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** A script in the tree's own `bin` that starts its QEMU by the tree's own loader. @returns its path. */
async function wrap(tree: string, arch: Arch, { loader, libraries }: (typeof MACHINES)[string]): Promise<string> {
  const name = ARCHES[arch].qemu;
  const script = [
    '#!/bin/bash',
    '# QEMU of this tree, with the libraries and the firmware of this tree. Its first word stays its name, by which it is known.',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's
    'tree=${0%/bin/*}',
    // Modules of the host's own QEMU would not fit.
    `export QEMU_MODULE_DIR="$tree/${libraries}/qemu"`,
    `exec -a "$0" "$tree/${loader}" --library-path "$tree/${libraries}" "$tree/usr/bin/${name}" \\`,
    `  ${FIRMWARE.map((folder) => `-L "$tree/${folder}"`).join(' ')} "$@"`,
    '',
  ];
  const path = join(tree, 'bin', name);
  // In the packages /bin is a link to usr/bin, which base-files brings; here it is ours.
  await rm(join(tree, 'bin'), { recursive: true, force: true });
  await mkdir(join(tree, 'bin'));
  await writeFile(path, script.join('\n'));
  await chmod(path, 0o755);
  return path;
}
