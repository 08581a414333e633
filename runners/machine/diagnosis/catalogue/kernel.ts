import { type Row, SILENCE } from '../row.ts';

/** What ends a kernel, or what it complains of itself. */
export const KERNEL: readonly Row[] = [
  {
    code: 'oops-int3',
    within: 'asked',
    seen: [/Oops: int3: (?<oops>\d+)/, /RIP: \w+:(?<where>\S+)/],
    sentence: 'the kernel ran into a breakpoint of its own in {where}, as happens under emulation by a QEMU before 8.1',
    hint: 'Run it again: such a QEMU now and then runs code that the kernel has just patched; 8.1 and later do not.',
  },
  {
    code: 'initramfs-damaged',
    within: 'asked',
    seen: [/Initramfs unpacking failed: (?<why>.+)/, /Kernel panic - not syncing: (?<panic>.+)/],
    sentence: 'the kernel could not unpack its initramfs ({why}) and panicked',
    hint: 'Look at the initramfs with lsinitramfs or lsinitrd; with little memory, give the guest more.',
  },
  {
    code: 'cpu-too-old',
    within: 'asked',
    seen: [
      /(?<program>\S+): (?:error while loading shared libraries: (?<library>\S+): )?CPU ISA level is lower than required|Fatal glibc error: CPU does not support (?<level>x86-64-v\d)/,
    ],
    sentence: "the guest's processor lacks instructions that {distro}'s programs take for granted {level}",
    hint: "Compare the row's `cpu` in matrix.yaml with what the distribution asks for.",
  },
  {
    code: 'memory-deadlock',
    within: 'asked',
    seen: [/Kernel panic - not syncing: (?<why>System is deadlocked on memory|Out of memory.*)/],
    sentence: 'the guest ran out of memory with nothing left to kill, and its kernel panicked',
    hint: 'Give the guest more memory, or look at what takes it in the list above the panic.',
  },
  {
    code: 'root-not-mounted',
    within: 'asked',
    seen: [/Kernel panic - not syncing: VFS: Unable to mount root fs on (?<root>.+?)(?: *\]---|$)/],
    sentence:
      'the kernel could not mount a root ({root}) and panicked: it had no initramfs that does, and no driver for it',
    hint: 'Look at which initramfs it was given, and at root= on its command line.',
  },
  {
    code: 'no-init',
    within: 'asked',
    seen: [/Kernel panic - not syncing: (?:No working init found|No init found)/],
    sentence: 'the kernel found no first program that it can run, and panicked',
    hint: 'Look at init= and rdinit= on its command line, and whether that file is there and executable.',
  },
  {
    code: 'init-ended',
    within: 'asked',
    seen: [/Kernel panic - not syncing: Attempted to kill init! exitcode=0x(?<status>[0-9a-f]+)/],
    sentence: 'the first program of the system ended (wait status 0x{status}) and its kernel panicked',
    hint: 'What it said before it ended stands above the panic; 0x0000STxx is exit status ST, 0x0000000b a segmentation fault.',
  },
  {
    code: 'oops-panic',
    within: 'asked',
    seen: [
      /(?:BUG: (?<what>unable to handle .+|kernel NULL pointer dereference.*)|(?<what>(?:Oops|general protection fault|invalid opcode).*))/,
      /Kernel panic - not syncing: (?<why>Fatal exception.*)/,
    ],
    sentence: 'the kernel made a mistake of its own ({what}) and panicked',
    hint: 'Bisect the kernel or its configuration; the trace stands behind these lines.',
  },
  {
    code: 'kernel-panic',
    within: 'asked',
    seen: [/Kernel panic - not syncing: (?<why>.+?)(?: *\]---|$)/],
    sentence: 'the kernel panicked: {why}',
    hint: 'The trace stands behind this line.',
  },
  {
    code: 'oops',
    within: 'asked',
    seen: [
      /(?:BUG: (?<what>unable to handle .+|kernel NULL pointer dereference.*)|(?<what>(?:Oops: |general protection fault|invalid opcode: ).*))/,
      /RIP: \w+:(?<where>\S+)|(?:pc|epc) *: (?<where>\S+)/,
    ],
    sentence: 'the kernel made a mistake of its own in {where}: {what}',
    hint: 'Bisect the kernel or its configuration; the trace stands behind these lines.',
  },
];

/** A kernel that is there and does not get on; on a busy host it recovers from that, so only a silence is explained by it. */
export const KERNEL_STUCK: readonly Row[] = [
  {
    code: 'task-blocked',
    explains: { codes: SILENCE },
    seen: [/INFO: task (?<task>.+?):\d+ blocked for more than (?<seconds>\d+) seconds/],
    sentence: 'the program {task} waits inside the kernel for a device that does not answer',
    hint: 'The trace behind this line shows what it waits for.',
  },
  {
    code: 'soft-lockup',
    explains: { codes: SILENCE },
    seen: [/watchdog: BUG: soft lockup - CPU#(?<cpu>\d+) stuck for (?<seconds>\d+)s! \[(?<task>.+?):\d+\]/],
    sentence: 'processor {cpu} of the guest was stuck in the kernel, on behalf of {task}',
    hint: 'Where it was stuck stands in the trace behind this line; on a host with too much to do, run fewer cells at a time.',
  },
  {
    code: 'rcu-stall',
    explains: { codes: SILENCE },
    seen: [/rcu: INFO: (?<flavour>\w+) (?:self-)?detected (?:expedited )?stalls?/],
    sentence: 'a processor of the guest stood still for longer than its kernel puts up with ({flavour} stall)',
    hint: 'The trace behind this line shows where; on a host with too much to do, run fewer cells at a time.',
  },
];
