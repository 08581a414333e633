import {
  archiveFlags,
  bisectFlags,
  consoleFlags,
  folderFlags,
  historyFlags,
  imageFlags,
  jsonFlags,
  kernelFlags,
  minimiseFlags,
  mirrorFlags,
  planFlags,
  reportsFlags,
  resumeFlags,
  runFlags,
  selectionFlags,
  storeFlags,
} from './flag-rows.ts';
import type { Flags, Parsed } from './flags.ts';
import type { Surroundings } from './options.ts';

export interface Context extends Surroundings {
  /** Writes a line to standard output. */
  readonly print: (line: string) => void;
  /** Aborted when the user breaks off. */
  readonly signal: AbortSignal;
  /** Whether missing system packages may be installed. */
  readonly install: boolean;
}

/** What a command's file exports. @returns the exit code. */
export type Start = (parsed: Parsed, context: Context) => Promise<number>;

export interface Command {
  readonly summary: string;
  /** The words it takes besides flags. */
  readonly words: readonly string[];
  readonly flags: Flags;
  /** Imported when it is asked for, so that `plan` does not wait for what `run` needs. */
  readonly load: () => Promise<{ readonly start: Start }>;
}

export const commands: Readonly<Record<string, Command>> = {
  run: {
    summary: 'test cells: install, reboot, check, report. Where no cells are chosen: the whole matrix',
    words: [],
    flags: { ...selectionFlags, ...resumeFlags, ...runFlags },
    load: () => import('./run.ts'),
  },
  plan: {
    summary: 'show what `run` with the same flags would run, and what it would skip because of what',
    words: [],
    flags: { ...selectionFlags, ...resumeFlags, ...planFlags, ...runFlags },
    load: () => import('./plan.ts'),
  },
  doctor: {
    summary: 'show what this host can do, what is missing, and what to type',
    words: [],
    flags: folderFlags,
    load: () => import('./doctor.ts'),
  },
  image: {
    summary: 'build the stub image, or show where it lies',
    words: [],
    flags: {
      arch: { value: 'ARCH', help: 'architecture; default x86_64' },
      kernel: { value: 'NAME', choices: ['ours', 'debian'], help: 'whose kernel; default ours' },
      explain: { help: 'what is in it, how large, and why' },
      ...kernelFlags,
      ...mirrorFlags,
      ...folderFlags,
    },
    load: () => import('./image.ts'),
  },
  'stand-in': {
    summary: "make the stand-in of a distribution's archive, or show where it lies",
    words: ['DISTRO'],
    flags: { arch: { value: 'ARCH', help: 'architecture; default x86_64' }, ...mirrorFlags, ...folderFlags },
    load: () => import('./stand-in.ts'),
  },
  store: {
    summary: 'what the cache holds, why it has or lacks what a cell needs; make room, look for damage',
    words: ['ACTION', 'WHAT'],
    flags: { ...storeFlags, ...mirrorFlags, ...folderFlags },
    load: () => import('./store.ts'),
  },
  shell: {
    summary: 'boot the installed system of a cell and attach this terminal to its console',
    words: ['CELL'],
    flags: { ...imageFlags, ...archiveFlags, ...mirrorFlags, ...consoleFlags, ...folderFlags },
    load: () => import('./shell.ts'),
  },
  report: {
    summary: "make a run's reports anew from its events; RUN is an id, a folder, or latest, which is the default",
    words: ['RUN'],
    flags: reportsFlags,
    load: () => import('./report.ts'),
  },
  history: {
    summary: 'how cells fared over the last runs: how often they pass, how long they take, what they fail with',
    words: [],
    flags: { ...historyFlags, ...jsonFlags, ...reportsFlags },
    load: () => import('./history.ts'),
  },
  compare: {
    summary: 'what is different between two runs: verdicts, times beyond noise, images, archives, kernels',
    words: ['RUN', 'RUN'],
    flags: { ...jsonFlags, ...reportsFlags },
    load: () => import('./compare.ts'),
  },
  merge: {
    summary: 'make one run of the reports of several: of shards, or of several hosts',
    words: ['RUN…'],
    flags: { out: { value: 'DIR', help: 'put the merged run here; default reports/out' } },
    load: () => import('./merge.ts'),
  },
  reopen: {
    summary: 'boot a failed cell again as it was before the phase that failed, from the capsule that its run left',
    words: ['CAPSULE'],
    flags: {
      'with-image': {
        help: 'boot nothing; put image and installed disk into the capsule, so that it opens on another host',
      },
      ...folderFlags,
    },
    load: () => import('./reopen.ts'),
  },
  bisect: {
    summary: 'find which options of a bad kernel configuration break what works with a good one, and prove it',
    words: [],
    flags: bisectFlags,
    load: () => import('./bisect.ts'),
  },
  minimise: {
    summary: 'find which options of a kernel configuration can be switched off with all still passing',
    words: [],
    flags: minimiseFlags,
    load: () => import('./minimise.ts'),
  },
  check: {
    summary:
      'test stub-matrix itself: types, lint, shell scripts, import directions, unit and fast QEMU tests, one real cell',
    words: [],
    flags: {},
    load: () => import('./check.ts'),
  },
  help: {
    summary: 'what the commands are, or what one of them takes',
    words: ['COMMAND'],
    flags: {},
    load: () => import('./help.ts'),
  },
};
