import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HarnessError } from '../errors.ts';
import { ARCHES } from './arch.ts';
import type { MachineSpec } from './argv.ts';

/**
 * systemd credentials for a machine on which `-fw_cfg` is no way: a second cpio archive behind the initramfs, whose /init hands
 * `/credentials/NAME` on to systemd (as /run/credentials/@initrd/NAME). No kernel that is kexec'd later gets to see them.
 */

/** The folder in the initramfs. */
const FOLDER = 'credentials';

/** The file that stands for `spec.initrd` on QEMU's command line: the same one where the machine has a better way. */
export function initrdOf(spec: MachineSpec): string {
  return inInitrd(spec) ? join(dirname(spec.sockets.qmp), 'initrd') : spec.initrd;
}

/** Whether the machine gets its credentials in the initramfs. */
export function inInitrd({ arch, credentials }: MachineSpec): boolean {
  return ARCHES[arch].credentials === 'initrd' && Object.keys(credentials).length > 0;
}

/** Writes the file that `initrdOf` names, where it is needed; its folder exists and is ours alone. */
export async function prepareInitrd(spec: MachineSpec): Promise<void> {
  if (!inInitrd(spec)) return;
  const files = Object.entries(spec.credentials).map(async ([name, file]) => {
    if (/[/\0]/.test(name)) {
      throw new HarnessError({ code: 'credential-name', message: `"${name}" cannot be the name of a credential` });
    }
    return entry(`${FOLDER}/${name}`, 0o100400, await readFile(file));
  });
  const archive = [entry(FOLDER, 0o040700), ...(await Promise.all(files)), entry('TRAILER!!!', 0)];
  const parts = [padded(await readFile(spec.initrd)), ...archive];
  await writeFile(initrdOf(spec), Buffer.concat(parts), { mode: 0o600 });
}

/** Archives and what is in them begin at multiples of four bytes. */
function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
}

/** A file of root's in cpio's "newc" form: thirteen numbers of eight hexadecimal digits, name, content. */
function entry(name: string, mode: number, content = Buffer.alloc(0)): Buffer {
  const [inode, owner, group, links, time, device] = [0, 0, 0, 1, 0, 0];
  const nameSize = Buffer.byteLength(name) + 1;
  const numbers = [inode, mode, owner, group, links, time, content.length];
  const header = [...numbers, device, device, device, device, nameSize, 0];
  const digits = header.map((number) => number.toString(16).padStart(8, '0')).join('');
  return Buffer.concat([padded(Buffer.from(`070701${digits}${name}\0`)), padded(content)]);
}
