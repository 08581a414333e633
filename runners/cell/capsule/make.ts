import { chmod, copyFile, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { KeyPair } from '../../channels/ssh/keys.ts';
import type { CellName } from '../../events/event.ts';
import { attempt } from '../../process/command.ts';
import type { MachineSpec } from '../../qemu/argv.ts';
import { type Absent, type Bytes, type Manifest, writeManifest } from './manifest.ts';
import { bytesOf, copySparse, storedAs } from './parts.ts';

/** What a capsule is made of. Paths are absolute. */
export interface CapsuleParts {
  readonly cell: CellName;
  readonly failure: Manifest['failure'];
  /** The machine as it was started. */
  readonly spec: MachineSpec;
  readonly argv: readonly string[];
  /** QEMU's version. */
  readonly qemu: string;
  /** As it was before the phase that failed; layers and tree as paths of this host. */
  readonly medium: Manifest['medium'];
  readonly keys: KeyPair;
  /** What is typed at stub's shell. */
  readonly line?: string | undefined;
  /** The cell's evidence. */
  readonly evidence: string;
  readonly cacheFolder: string;
  /** Bytes: larger parts that the store has are only named. */
  readonly upTo: number;
  readonly signal: AbortSignal;
}

/** Of a cell's folder, what a reader of the capsule wants: text, and the frames of its network. */
const EVIDENCE = /\.(log|argv|pcap|txt|json|ndjson|ppm)$/;

/** Makes a capsule at `folder`, which appears whole or not at all. */
export async function makeCapsule(folder: string, parts: CapsuleParts): Promise<void> {
  const draft = `${folder}.draft`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  try {
    for (const name of ['machine', 'keys', 'evidence']) await mkdir(join(draft, name), { mode: 0o700 });
    await writeManifest(draft, await fill(draft, parts));
    await rename(draft, folder);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
}

async function fill(draft: string, parts: CapsuleParts): Promise<Manifest> {
  const { spec, medium, keys, cacheFolder, upTo, signal } = parts;
  const files: Record<string, Bytes> = {};
  const absent: Record<string, Absent> = {};

  /** Puts a part into the capsule, or names it. @returns its path there. */
  const take = async (from: string, to: string): Promise<string> => {
    const stored = await storedAs(from, cacheFolder);
    if (stored && stored.size > upTo) {
      absent[to] = stored;
      return to;
    }
    const copy = join(draft, to);
    await copySparse(from, copy, signal);
    // Of a guest that is kept running, the console goes on: what counts is the copy.
    files[to] = stored ? { size: stored.size, sha256: stored.sha256 } : await bytesOf(copy);
    return to;
  };
  const takeSecret = async (from: string, to: string): Promise<string> => {
    await copyFile(from, join(draft, to));
    await chmod(join(draft, to), 0o600);
    files[to] = await bytesOf(join(draft, to));
    return to;
  };

  const machine: Manifest['machine'] = {
    name: spec.name,
    arch: spec.arch,
    accelerator: spec.accelerator,
    ...(spec.cpu === undefined ? {} : { cpu: spec.cpu }),
    cores: spec.cores,
    memoryMiB: spec.memoryMiB,
    cmdline: [...spec.cmdline],
    console: spec.console,
    kernel: await take(spec.kernel, 'machine/kernel'),
    initrd: await take(spec.initrd, 'machine/initrd'),
    ...(spec.stubImage === undefined ? {} : { stubImage: await take(spec.stubImage, 'machine/stub.squashfs') }),
    credentials: {},
  };
  for (const [name, file] of Object.entries(spec.credentials)) {
    machine.credentials[name] = await takeSecret(file, `keys/credential-${name}`);
  }
  for (const file of [keys.privateKeyPath, keys.publicKeyPath]) await takeSecret(file, `keys/${basename(file)}`);
  for (const name of await readdir(parts.evidence)) {
    if (EVIDENCE.test(name)) await take(join(parts.evidence, name), `evidence/${name}`);
  }
  return {
    schema: 'stub-matrix capsule 1',
    made: { at: new Date().toISOString(), commit: await commit(), qemu: parts.qemu },
    cell: parts.cell,
    from: parts.evidence,
    failure: parts.failure,
    machine,
    medium: await takeMedium(medium, take),
    argv: withPlaceholders(parts),
    ...(parts.line === undefined ? {} : { line: parts.line }),
    files,
    absent,
  };
}

async function takeMedium(
  medium: Manifest['medium'],
  take: (from: string, to: string) => Promise<string>,
): Promise<Manifest['medium']> {
  if (medium.on === 'share' && medium.tree !== undefined) {
    return { ...medium, tree: await take(medium.tree, 'machine/root.tar.zst') };
  }
  if (medium.on !== 'disk') return medium;
  const layers: string[] = [];
  for (const [index, layer] of medium.layers.entries()) {
    layers.push(await take(layer, index === 0 ? 'machine/installed.qcow2' : `machine/layer-${index}.qcow2`));
  }
  return { ...medium, layers };
}

/** The longest first: a cell's folder may lie below the cache. */
function withPlaceholders({ argv, spec, evidence, cacheFolder }: CapsuleParts): string[] {
  const places = [
    [dirname(spec.sockets.qmp), '{sockets}'],
    [evidence, '{evidence}'],
    [cacheFolder, '{cache}'],
  ] as const;
  const ordered = places.toSorted(([one], [other]) => other.length - one.length);
  return argv.map((word) => ordered.reduce((text, [path, name]) => text.replaceAll(path, name), word));
}

/** The commit of this checkout, marked where files differ from it. */
async function commit(): Promise<string> {
  const argv = ['git', '-C', import.meta.dirname, 'describe', '--always', '--abbrev=40', '--dirty'] as const;
  const { stdout } = await attempt(argv).catch(() => ({ stdout: '' }));
  return stdout.trim() || 'unknown';
}
