import { open, readFile, statfs } from 'node:fs/promises';
import { availableParallelism, loadavg } from 'node:os';
import { dirname, resolve } from 'node:path';
import { HarnessError } from '../errors.ts';

/** `absent`: there is no such file. `refused`: it is there and does not open for us. That it opens proves no more than that. */
export interface Device {
  readonly path: string;
  readonly state: 'absent' | 'refused' | 'opens';
  /** The system's reason where it is refused. */
  readonly because?: string;
}

export interface FolderSpace {
  readonly path: string;
  /** Bytes that an ordinary user may still write. */
  readonly free: number;
}

/** What the host has at this moment. All sizes are in bytes. */
export interface Resources {
  /** That this process may use. */
  readonly cores: number;
  /** The mean number of runnable processes over the last minute. */
  readonly load: number;
  readonly memoryTotal: number;
  /** What can be taken without swapping, within the limit of our control group. */
  readonly memoryAvailable: number;
  readonly folders: readonly FolderSpace[];
  readonly kvm: Device;
  readonly vhostVsock: Device;
}

/** Name → bytes, of the rows of /proc/meminfo that have a size. */
export function parseMeminfo(text: string): ReadonlyMap<string, number> {
  return new Map(
    [...text.matchAll(/^(\w+(?:\(\w+\))?):\s+(\d+) kB$/gm)].map(([, name = '', size]) => [name, Number(size) * 1024]),
  );
}

/** @throws HarnessError `host-unreadable` where the kernel does not tell what Linux tells. */
export async function readResources(folders: readonly string[]): Promise<Resources> {
  const memory = parseMeminfo(await readFile('/proc/meminfo', 'utf8'));
  const memoryTotal = memory.get('MemTotal');
  const memoryAvailable = memory.get('MemAvailable');
  if (memoryTotal === undefined || memoryAvailable === undefined) {
    throw new HarnessError({
      code: 'host-unreadable',
      message: 'the kernel does not tell its memory in /proc/meminfo',
    });
  }
  return {
    cores: availableParallelism(),
    load: loadavg()[0] ?? 0,
    memoryTotal,
    memoryAvailable: Math.min(memoryAvailable, process.availableMemory()),
    folders: await Promise.all(folders.map(async (path) => ({ path, free: await freeSpace(path) }))),
    kvm: await device('/dev/kvm'),
    vhostVsock: await device('/dev/vhost-vsock'),
  };
}

/** In bytes, on the filesystem where `path` lies or would lie once it is made. */
export async function freeSpace(path: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  } catch (error) {
    const parent = dirname(resolve(path));
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || parent === resolve(path)) throw error;
    return freeSpace(parent);
  }
}

/** Opens a device for reading and writing, and closes it. */
export async function device(path: string): Promise<Device> {
  try {
    await using _ = await open(path, 'r+');
    return { path, state: 'opens' };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? { path, state: 'absent' } : { path, state: 'refused', because: message };
  }
}
