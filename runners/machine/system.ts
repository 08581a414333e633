import { setTimeout as sleep } from 'node:timers/promises';
import { GuestFailure } from '../errors.ts';
import type { Machine, Patience } from './machine.ts';

/** What a running system says of itself, asked at its console. */
export interface SystemIdentity {
  readonly bootId: string;
  /** uname -r */
  readonly release: string;
  /** uname -v */
  readonly version: string;
  readonly cmdline: readonly string[];
  readonly root: { readonly source: string; readonly type: string; readonly options: readonly string[] };
  /** Where /dev/disk/by-id/virtio-data leads; empty where there is no such disk. */
  readonly dataDisk: string;
  /** The block devices that the root lies on, itself first, the disk last; none where it lies on none. */
  readonly rootDevices: readonly string[];
}

const QUESTIONS = [
  'cat /proc/sys/kernel/random/boot_id',
  'uname -r',
  'uname -v',
  'cat /proc/cmdline',
  'findmnt -nro SOURCE,FSTYPE,OPTIONS /',
  'readlink -f /dev/disk/by-id/virtio-data || echo',
  'lsblk -nsrpo NAME "$(findmnt -nvro SOURCE /)" 2> /dev/null',
] as const;

/** Asks the shell on the console who it is. */
export async function askIdentity(machine: Machine, patience: Patience): Promise<SystemIdentity> {
  const { status, output } = await machine.execute(QUESTIONS.join('; '), patience);
  const [bootId = '', release = '', version = '', cmdline = '', mount = '', dataDisk = '', ...rootDevices] =
    output.split('\n');
  const [source, type, options] = mount.split(' ');
  if (!/^[0-9a-f-]{36}$/.test(bootId) || !source || !type || !options) {
    throw new GuestFailure({
      code: 'identity-unclear',
      message: `the system's words about itself make no sense (status ${status}): ${output}`,
    });
  }
  return {
    bootId,
    release,
    version,
    cmdline: cmdline.split(' '),
    root: { source, type, options: options.split(',') },
    dataDisk,
    rootDevices: rootDevices.filter(Boolean),
  };
}

// Neither is looked for at the very end: the kernel may write right behind a prompt.
// Debian's, Red Hat's and Gentoo's.
const SHELL_PROMPT = /root@[\w.-]+:~# |\[root@[\w.-]+ ~\]# |\n[\w.-]+ ~ # /;
const LOGIN_PROMPT = /\n[\w.-]+ login: /;

/**
 * Waits for the prompt of a root shell, and keeps the kernel from writing into what is typed there, but for errors: those may
 * be all that is ever told of why a guest stands still.
 */
export async function awaitRootShell(machine: Machine, patience: Patience, from: number): Promise<void> {
  await machine.see(SHELL_PROMPT, { ...patience, from });
  await machine.execute('dmesg -n 4', { ...patience, awaiting: 'a quiet console' });
}

/** systemd's words when all that it starts is there, or whatever comes first: a getty takes its time behind them. */
const ALL_STARTED = new RegExp(`Reached target [^\\n]*[Mm]ulti-[Uu]ser|${LOGIN_PROMPT.source}`);

/** For agetty to come from its prompt to reading a name, in milliseconds; or to write one itself, which `failOn` may name. */
const SETTLE = 250;

/** Seconds until a name typed at a prompt counts as swallowed: agetty discards what comes while it sets up the terminal. */
const SWALLOWED = 45;

/**
 * Logs in as root, who has no password, at the console of an installed system. As a person would, presses Enter and types
 * the name again where nothing comes of it.
 *
 * @param patience `started` is called when the system's services are there.
 */
export async function logIn(
  machine: Machine,
  { started, ...patience }: Patience & { readonly started: () => void },
  from: number,
): Promise<void> {
  await machine.see(ALL_STARTED, { ...patience, from });
  started();
  const prompt = await machine.see(LOGIN_PROMPT, { ...patience, from });
  await sleep(SETTLE);
  const shell = { ...patience, awaiting: `the root shell behind ${patience.awaiting}` };
  await machine.type('root');
  if (!(await isSeen(machine, SHELL_PROMPT, { ...shell, timeout: SWALLOWED }, prompt.position))) {
    const from = machine.qemu.console.position;
    await machine.type('');
    const either = new RegExp(`${SHELL_PROMPT.source}|${LOGIN_PROMPT.source}`);
    const { text } = await machine.see(either, { ...shell, from });
    if (!SHELL_PROMPT.test(text)) await machine.type('root');
  }
  await awaitRootShell(machine, shell, prompt.position);
}

async function isSeen(machine: Machine, pattern: RegExp, patience: Patience, from: number): Promise<boolean> {
  try {
    await machine.see(pattern, { ...patience, from });
    return true;
  } catch (error) {
    if (error instanceof GuestFailure && error.code === 'console-timeout') return false;
    throw error;
  }
}
