import type { RunOptions } from '../runners/matrix/options.ts';
import { pasteable } from '../runners/process/command.ts';

/** The folders of a run that names none: where a run has others, the commands that follow from it name them. */
export type DefaultFolders = Pick<RunOptions, 'cacheFolder' | 'outFolder'>;

function kernelFlags({ kernel, otherKernel }: RunOptions): Readonly<Record<string, string | undefined>> {
  switch (otherKernel?.kind) {
    case 'config':
      return { 'kernel-config': otherKernel.file };
    case 'tree':
      return { 'kernel-tree': otherKernel.folder };
    default:
      return { kernel: otherKernel?.kind ?? kernel };
  }
}

const otherThan = (usual: string | undefined, folder: string) => (folder === usual ? undefined : folder);

const valued = (flags: Readonly<Record<string, string | number | undefined>>) =>
  Object.entries(flags).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, `${value}`]));

/** The command that runs one cell as this run does. */
export function rerunCommand(cell: string, options: RunOptions, defaults?: DefaultFolders): string {
  const { image, initrd, qemu, mirror, bootstrap, from, retries, repeat, offline, direct, keep, console } = options;
  const archive = options.archive === 'real' ? undefined : options.archive;
  const cache = otherThan(defaults?.cacheFolder, options.cacheFolder);
  const out = otherThan(defaults?.outFolder, options.outFolder);
  const kernels = kernelFlags(options);
  return pasteable([
    ...['./stub-matrix', 'run', '--cell', cell],
    ...valued({ image, ...kernels, initrd, qemu, archive, mirror, bootstrap, from, retries, repeat, cache, out }),
    ...(console === 'serial' ? [] : ['--console', console]),
    ...(offline ? ['--offline'] : []),
    ...(direct ? ['--direct'] : []),
    ...(keep ? ['--keep'] : []),
  ]);
}

/** The command that goes on with a run where it was broken off. */
export function resumeCommand(run: string, { outFolder }: Pick<RunOptions, 'outFolder'>, defaults?: DefaultFolders) {
  return pasteable([
    ...['./stub-matrix', 'run', '--resume', run],
    ...valued({ out: otherThan(defaults?.outFolder, outFolder) }),
  ]);
}
