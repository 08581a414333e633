import { setTimeout as sleep } from 'node:timers/promises';
import { HarnessError } from '../../errors.ts';
import type { Machine } from '../machine.ts';

/** Something that may still be had of a hung guest. */
export interface Source {
  /** Of the attachment. */
  readonly name: string;
  readonly file: string;
  /** The text that the file is to have; nothing where it has written the file itself. */
  readonly get: (machine: Machine, how: How) => Promise<string | undefined>;
}

interface How {
  /** Absolute path of the file. */
  readonly path: string;
  /** In seconds. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

const json = (value: unknown) => JSON.stringify(value, undefined, 2);

/** What QEMU knows, whatever the guest is about. */
export const fromQemu: readonly Source[] = [
  {
    name: 'hang-status',
    file: 'hang-status.json',
    get: async ({ qemu: { qmp } }, how) => {
      const [status, cpus, blocks] = await Promise.all(
        ['query-status', 'query-cpus-fast', 'query-blockstats'].map((command) => qmp.execute(command, {}, how)),
      );
      return json({ status, cpus, blocks, events: qmp.events.slice(-50) });
    },
  },
  {
    name: 'hang-registers',
    file: 'hang-registers.txt',
    get: ({ qemu: { qmp } }, how) =>
      qmp.execute<string>('human-monitor-command', { 'command-line': 'info registers -a' }, how),
  },
  {
    // What moved and what stood still, a line each two seconds.
    name: 'hang-progress',
    file: 'hang-progress.ndjson',
    get: async ({ samples }) => samples.map((sample) => JSON.stringify(sample)).join('\n'),
  },
  {
    // Our machines have a serial console and no screen, of which QEMU says so; one with a screen shows it.
    name: 'hang-screen',
    file: 'hang-screen.ppm',
    get: async ({ qemu: { qmp } }, how) => {
      await qmp.execute('screendump', { filename: how.path }, how);
      return undefined;
    },
  },
];

/** What somebody in the guest may still tell, where the guest agent lives. */
export const fromAgent: readonly Source[] = [
  {
    name: 'hang-journal',
    file: 'hang-journal.txt',
    get: (machine, how) => askAgent(machine, ['journalctl', '-b', '-n', '200', '--no-pager'], how),
  },
  {
    name: 'hang-tasks',
    file: 'hang-tasks.txt',
    // Blocked ones first: what is oldest is pushed out of the kernel's log.
    get: (machine, how) => {
      const script = 'for key in w t; do echo $key > /proc/sysrq-trigger; done; dmesg';
      return askAgent(machine, ['sh', '-c', script], how);
    },
  },
];

/** In milliseconds: a key counts for five seconds after the break, and a list of tasks takes its time on a serial line. */
const [KEY_HEARD, LIST_WRITTEN] = [200, 2000];

/** The kernel's own key: a break on the serial line, and a letter. Only where it was built to listen there and is allowed to. */
export const fromKernel: Source = {
  name: 'hang-tasks',
  file: 'hang-tasks.txt',
  get: async ({ qemu: { qmp, console } }, how) => {
    const from = console.position;
    // 9: all that the kernel says is to be seen.
    for (const key of ['9', 'w', 't']) {
      await qmp.execute('chardev-send-break', { id: 'console' }, how);
      await sleep(KEY_HEARD, undefined, { signal: how.signal });
      console.send(key);
      await sleep(key === '9' ? KEY_HEARD : LIST_WRITTEN, undefined, { signal: how.signal });
    }
    const said = console.text(from);
    if (/sysrq: (?!This sysrq operation is disabled)/i.test(said.replaceAll(/sysrq: HELP[^\n]*/g, ''))) return said;
    throw new HarnessError({
      code: 'no-evidence',
      message: 'neither the guest agent nor the kernel itself, by a break on its serial line, lists the tasks',
    });
  },
};

/** Runs a command by the guest agent. */
async function askAgent(
  { qemu: { agent } }: Machine,
  argv: readonly [string, ...string[]],
  { timeout, signal }: How,
): Promise<string> {
  const { exitCode, stdout, stderr } = await agent.exec(argv, { timeout: timeout * 0.9, signal });
  if (exitCode === 0) return stdout;
  throw new HarnessError({ code: 'no-evidence', message: `${argv[0]} ended with status ${exitCode}: ${stderr}` });
}
