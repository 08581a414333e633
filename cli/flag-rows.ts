import { archiveChoices } from '../runners/matrix/fields.ts';
import type { Flags } from './flags.ts';

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

/** Whose machine boots it. */
const qemuFlags: Flags = {
  qemu: {
    value: 'WHOSE',
    choices: ['host'],
    help: "take this host's QEMU even where it is too old; default: where it is, Debian's, unpacked into the cache",
  },
};

/** What to boot. */
export const imageFlags: Flags = {
  image: { value: 'FILE', help: 'boot this stub squashfs instead of our own' },
  kernel: { value: 'NAME|FILE', help: 'ours, debian (the packaged one, with modules), or a file to boot in its place' },
  ...kernelFlags,
  initrd: { value: 'FILE', help: 'boot this initramfs instead of the one in the image' },
  ...qemuFlags,
};

export const runFlags: Flags = {
  ...imageFlags,
  keep: { help: 'leave the guest of a failed cell running, and print how to reach it' },
  'with-image': {
    help: 'put image and installed disk into the capsule of a failed cell, so that it opens on another host',
  },
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
  jobs: { value: 'N', anew: true, help: 'cells at the same time; default as many as the host has room for' },
  cores: { value: 'N', anew: true, help: 'cores that guests may keep busy; default those that others leave idle' },
  memory: {
    value: 'SIZE',
    anew: true,
    help: 'memory that guests may hold together, such as 16G; default what is available',
  },
  nice: { value: 'N', anew: true, help: 'run guests, and all else that the run starts, at this niceness, 0 to 19' },
  retries: {
    value: 'N',
    anew: true,
    help: 'try a cell that failed again, so many times at most; a pass after a failure is told as flaky',
  },
  repeat: { value: 'N', help: 'run each cell so many times, whatever comes, and tell how often it passes' },
  plain: { anew: true, help: 'a line for each thing that happens on a terminal too, instead of a picture' },
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

/** What judges a configuration, and how it is searched. */
export const judgeFlags: Flags = {
  cell: { value: 'CELL', many: true, help: 'build and boot: these cells have to pass' },
  stage: {
    value: 'STAGE',
    choices: ['installed', 'stub'],
    help: 'what of the cells is judged: the system on their installed disk, reached by kexec, or stub itself at its shell; default installed',
  },
  archive: {
    ...archiveFlags.archive,
    help: "with --cell: judge on a disk that came from the distribution's own archive, from its stand-in, or from either, and install one where there is none; default the disk that was installed last, or real",
  },
  check: {
    value: 'WORDS',
    many: true,
    help: 'only checks with these words in their title count, such as ssh; default all',
  },
  run: {
    value: 'COMMAND',
    help: 'instead of cells: a command that is told a .config in STUB_MATRIX_CONFIG; ends with 0 good, 1 bad, 125 unknown',
  },
  'kernel-tree': {
    value: 'DIR',
    help: "the kernel source in place of Debian's; with --run it is asked which configurations are legal, and may be left out",
  },
  arch: { value: 'ARCH', help: "with --run: whose options of --kernel-tree; default this host's" },
  builders: {
    value: 'N',
    help: 'configurations that are tried at the same time; default 2, with --cell one for each 8 cores',
  },
  ...qemuFlags,
  resume: { help: 'go on where the same search was broken off, asking nothing twice' },
  'start-over': { help: 'forget what was found out so far, by other searches of the same cells too' },
  out: { value: 'DIR', help: 'put record and report here; default a folder of reports/out/bisect for each search' },
  ...folderFlags,
};

export const bisectFlags: Flags = {
  good: {
    value: 'FILE|NAME',
    help: "a configuration that passes: a file; with --cell also a git revision, whose image/kernel/config it is, or a version in /boot; default with --cell our own kernel's",
  },
  bad: { value: 'FILE|NAME', help: 'one that fails, likewise; a fragment (*.fragment) goes on top of the good one' },
  flaky: { help: 'what fails may also pass: measure how often, and repeat each test until its verdict is sure' },
  confidence: { value: 'P', help: 'with --flaky: how sure the answer is to be; default 0.99' },
  seed: { value: 'N', help: 'draw other questions; default 1' },
  ...judgeFlags,
};

export const minimiseFlags: Flags = {
  config: {
    value: 'FILE|NAME',
    help: "the configuration that passes and is to be made smaller; default with --cell our own kernel's",
  },
  among: { value: 'FILE', help: 'a fragment: try only what it names; default every option that is on' },
  ...judgeFlags,
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
