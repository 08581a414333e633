import { parseArgs } from 'node:util';
import { UsageError } from '../runners/errors.ts';
import { archiveChoices } from '../runners/matrix/fields.ts';
import { nearest, unknownName } from '../runners/matrix/suggest.ts';

export interface Flag {
  /** What its value is called in the help; a flag without one takes no value. */
  readonly value?: string;
  /** May be given more than once, and as a list with commas. */
  readonly many?: true;
  /** The only values it takes. */
  readonly choices?: readonly string[];
  /** Its value where it is given without one. */
  readonly otherwise?: string;
  /** Says how a run is to go, not what it is: it may be given anew when the run is resumed. */
  readonly anew?: true;
  readonly help: string;
}

export type Flags = Readonly<Record<string, Flag>>;

export interface Parsed {
  /** The values of each flag that was given; an empty list for one that takes none. */
  readonly flags: ReadonlyMap<string, readonly string[]>;
  /** The words that are no flags, as many as `words` or fewer. */
  readonly words: readonly string[];
}

/** Flags every command has. */
export const commonFlags: Flags = {
  help: { help: 'what this command does and takes' },
  'no-install': { help: 'install nothing; say what is missing instead (STUB_MATRIX_NO_INSTALL=1 does the same)' },
};

/** The choice of cells. */
export const selectionFlags: Flags = {
  distro: { value: 'ID', many: true, help: 'distributions, such as debian13, or all; default all' },
  arch: { value: 'ARCH', many: true, help: "architectures, such as x86_64, or all; default this host's" },
  fs: { value: 'FS', many: true, help: 'filesystems, such as ext4, or all; default what the distribution expects' },
  cell: {
    value: 'CELL',
    many: true,
    help: 'exactly these cells, such as debian13-x86_64-xfs, instead of the three above',
  },
  profile: { value: 'NAME', help: 'the cells of a profile of matrix.yaml, such as smoke, instead of all the above' },
  shard: {
    value: 'I/N',
    help: 'of these, the I-th of N parts that take about the same time, such as 2/4, each for a host of its own',
  },
};

/** What stands in for a distribution's archive. */
export const archiveFlags: Flags = {
  archive: {
    value: 'KIND',
    choices: archiveChoices,
    help: "install from the distribution's own archive, from its stand-in, or from that only where the archive does not answer; default real",
  },
};

/** Where things lie; shared by all that build or boot. */
export const folderFlags: Flags = {
  cache: { value: 'DIR', help: 'keep images, downloads and installed disks here; default ~/.cache/stub-matrix' },
};

export const mirrorFlags: Flags = {
  mirror: { value: 'URL', help: 'take packages from this archive instead of those in matrix.yaml' },
};

export const consoleFlags: Flags = {
  console: {
    value: 'NAME',
    choices: ['serial', 'hvc0'],
    help: 'which console of the guest to talk to; default serial',
  },
};

/** What the kernel of our image is built from. */
export const kernelFlags: Flags = {
  'kernel-config': { value: 'FILE', help: "build the kernel with this whole configuration from Debian's source" },
  'kernel-tree': { value: 'DIR', help: 'build the kernel from this source tree with our fragments' },
};

/** What to boot. */
export const imageFlags: Flags = {
  image: { value: 'FILE', help: 'boot this stub squashfs instead of our own' },
  kernel: { value: 'NAME|FILE', help: 'ours, debian (the packaged one, with modules), or a file to boot in its place' },
  ...kernelFlags,
  initrd: { value: 'FILE', help: 'boot this initramfs instead of the one in the image' },
  qemu: {
    value: 'WHOSE',
    choices: ['host'],
    help: "take this host's QEMU even where it is too old; default: where it is, Debian's, unpacked into the cache",
  },
};

export const runFlags: Flags = {
  ...imageFlags,
  keep: { help: 'leave the guest of a failed cell running, and print how to reach it' },
  bootstrap: {
    value: 'TOOL',
    choices: ['mmdebstrap', 'debootstrap'],
    help: 'what the installer bootstraps with; default its own choice',
  },
  from: {
    value: 'STAGE',
    choices: ['shell', 'booted'],
    help: "start from a checkpoint at stub's root shell, or at the installed system's login; made by the run before",
  },
  fresh: { help: 'build and install again, in place of what the store keeps' },
  audit: { value: 'N', help: 'of what the store keeps, make one in N again and compare' },
  offline: { help: 'have packages answered as the last run that installed these cells was answered, and ask nobody' },
  direct: { help: 'let guests out to the archives themselves, instead of through the package proxy' },
  jobs: { value: 'N', anew: true, help: 'cells at the same time; default half the cores' },
  retries: {
    value: 'N',
    anew: true,
    help: 'try a cell that failed again, so many times at most; a pass after a failure is told as flaky',
  },
  repeat: { value: 'N', help: 'run each cell so many times, whatever comes, and tell how often it passes' },
  out: { value: 'DIR', help: 'put the reports here; default reports/out' },
  ...archiveFlags,
  ...mirrorFlags,
  ...consoleFlags,
  ...folderFlags,
};

export const resumeFlags: Flags = {
  resume: {
    value: 'RUN',
    otherwise: 'latest',
    help: 'go on with a run that was broken off, the latest where none is named; cells that have ended are not run again',
  },
};

export const planFlags: Flags = {
  list: { help: 'a line for each cell, however many they are' },
};

export const storeFlags: Flags = {
  max: { value: 'SIZE', help: 'gc: what may stay, such as 50G; what was not used for longest goes' },
  'dry-run': { help: 'gc: only say what would go' },
};

/** Where the reports of runs lie. */
export const reportsFlags: Flags = {
  out: { value: 'DIR', help: 'the reports of runs lie here; default reports/out' },
};

export const jsonFlags: Flags = {
  json: { help: 'as JSON, for a program' },
};

export const historyFlags: Flags = {
  cell: { value: 'CELL', many: true, help: 'these cells, run by run, instead of a line for every cell' },
  runs: { value: 'N', help: 'how many runs to look back; default 30' },
};

/**
 * Takes a command's arguments apart, strictly: what is not understood is refused, so that nothing starts on a guess.
 *
 * @param words the names of the words the command takes besides flags; any number where the last one ends with `…`.
 * @throws UsageError naming the nearest flags or values.
 */
export function parseFlags(command: string, args: readonly string[], flags: Flags, words: readonly string[]): Parsed {
  const all: Flags = { ...flags, ...commonFlags };
  const help = `./stub-matrix ${command} --help`.replace('  ', ' ');
  // `pnpm test -- --distro x` hands the -- on to us, and `pnpm nightly -- --jobs 2` does so behind flags of the script's.
  const between = args.indexOf('--');
  const given = args.filter((_, place) => place !== between);
  const { tokens } = parseArgs({
    args: given.map((argument, place) => completed(argument, given[place + 1], all)),
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(
      Object.entries(all).map(([name, flag]) => [name, { type: flag.value ? 'string' : 'boolean' }]),
    ),
  });

  const found = new Map<string, string[]>();
  const loose: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional') {
      if (loose.length >= words.length && !words.at(-1)?.endsWith('…')) throw unexpected(token.value, all, help);
      loose.push(token.value);
      continue;
    }
    const flag = Object.hasOwn(all, token.name) ? all[token.name] : undefined;
    if (!flag) throw unknownFlag(token.rawName, all, help);
    const values = valuesOf(token.name, flag, token.value, token.inlineValue ?? false, help);
    const before = found.get(token.name);
    if (before && !flag.many && flag.value) throw refused('flag-twice', `--${token.name} was given twice`, help);
    found.set(token.name, [...(before ?? []), ...values]);
  }
  return { flags: found, words: loose };
}

/** An argument with the value that it does without. */
function completed(argument: string, next: string | undefined, flags: Flags): string {
  if (argument === '-h') return '--help';
  const name = argument.slice(2);
  const flag = argument.startsWith('--') && Object.hasOwn(flags, name) ? flags[name] : undefined;
  const isAlone = next === undefined || next.startsWith('-');
  return flag?.otherwise !== undefined && isAlone ? `${argument}=${flag.otherwise}` : argument;
}

function valuesOf(name: string, flag: Flag, value: string | undefined, inline: boolean, help: string): string[] {
  if (!flag.value) {
    if (value !== undefined) throw refused('flag-value', `--${name} takes no value, but "${value}" was given`, help);
    return [];
  }
  // A flag in the place of the value means that the value was forgotten.
  if (value === undefined || value === '' || (!inline && value.startsWith('-'))) {
    throw refused('flag-value', `--${name} needs a value: --${name} ${flag.value}`, help);
  }
  const values = flag.many ? value.split(',') : [value];
  for (const each of values) {
    if (each === '') throw refused('flag-value', `--${name} ${value}: there is nothing between two commas`, help);
    if (flag.choices && !flag.choices.includes(each)) throw unknownName(`value of --${name}`, each, flag.choices, help);
  }
  return values;
}

function unknownFlag(typed: string, flags: Flags, command: string): UsageError {
  const valid = Object.keys(flags).map((name) => `--${name}`);
  return unknownName('flag', typed, typed.startsWith('--') ? valid : [...valid, '-h'], command);
}

function unexpected(typed: string, flags: Flags, command: string): UsageError {
  const near = nearest(
    `--${typed}`,
    Object.keys(flags).map((name) => `--${name}`),
  );
  return refused(
    'unexpected-word',
    `"${typed}" is not expected here${near[0] ? `; did you mean ${near[0]}?` : ''}`,
    command,
  );
}

function refused(code: string, message: string, command: string): UsageError {
  return new UsageError({ code, message, command });
}
