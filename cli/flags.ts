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
  jobs: { value: 'N', help: 'cells at the same time; default as many as the host has room for' },
  cores: { value: 'N', help: 'cores that guests may keep busy; default those that others leave idle' },
  memory: { value: 'SIZE', help: 'memory that guests may hold together, such as 16G; default what is available' },
  nice: { value: 'N', help: 'run guests, and all else that the run starts, at this niceness, 0 to 19' },
  out: { value: 'DIR', help: 'put the reports here; default reports/out' },
  ...archiveFlags,
  ...mirrorFlags,
  ...consoleFlags,
  ...folderFlags,
};

export const planFlags: Flags = {
  list: { help: 'a line for each cell, however many they are' },
};

export const storeFlags: Flags = {
  max: { value: 'SIZE', help: 'gc: what may stay, such as 50G; what was not used for longest goes' },
  'dry-run': { help: 'gc: only say what would go' },
};

/**
 * Takes a command's arguments apart, strictly: what is not understood is refused, so that nothing starts on a guess.
 *
 * @param words the names of the words the command takes besides flags.
 * @throws UsageError naming the nearest flags or values.
 */
export function parseFlags(command: string, args: readonly string[], flags: Flags, words: readonly string[]): Parsed {
  const all: Flags = { ...flags, ...commonFlags };
  const help = `./stub-matrix ${command} --help`.replace('  ', ' ');
  // `pnpm test -- --distro x` hands the -- on to us, and `pnpm nightly -- --jobs 2` does so behind flags of the script's.
  const between = args.indexOf('--');
  const given = args.filter((_, place) => place !== between);
  const { tokens } = parseArgs({
    args: given.map((argument) => (argument === '-h' ? '--help' : argument)),
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
      if (loose.length === words.length) throw unexpected(token.value, all, help);
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
