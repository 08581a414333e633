import type { ImageArch } from '../recipe.ts';
import type { KernelReport } from './build.ts';
import { isOn } from './configuration.ts';
import { type Fragment, parseFragments } from './fragment.ts';
import { type Kernel, ourFragments } from './kernel.ts';

/** What is asked for one reason: a headed section of a fragment. */
export interface Section {
  readonly title: string;
  readonly reason: string;
  readonly on: readonly string[];
  readonly off: readonly string[];
}

/** What `image --explain` says of a kernel. */
export interface KernelExplained extends KernelReport {
  readonly sections: readonly Section[];
}

/** Which options our kernel of an architecture has or has not, why, and how that differs from Debian's. */
export async function explainKernel(arch: ImageArch, kernel: Kernel): Promise<KernelExplained> {
  return { ...kernel.report, sections: (await ourFragments(arch)).flatMap(sections) };
}

/** The sections of a fragment: a heading `# --- Title ---`, comments that give the reason, options. */
export function sections({ name, text }: Fragment): Section[] {
  const [, ...parts] = text.split(/^# --- (.*?) -+$/m);
  return Array.from({ length: parts.length / 2 }, (_, index): Section => {
    const [title = '', body = ''] = parts.slice(2 * index);
    const reason = /^\s*((?:# .*\n)*)\n/.exec(body)?.[1] ?? '';
    const asked = parseFragments([{ name, text: body }]);
    const values = new Map(asked.map((one) => [one.name, one.value]));
    const names = asked.map((one) => one.name);
    return {
      title,
      reason: reason.replaceAll(/^# /gm, '').replaceAll('\n', ' ').trim(),
      on: names.filter((one) => isOn(values, one)),
      off: names.filter((one) => values.get(one) === 'n'),
    };
  });
}

/** As rows of text, sizes and counts first. */
export function explanation({ version, size, counts, sections: all }: KernelExplained): string[] {
  const off = all.filter((section) => section.off.length > 0);
  return [
    `kernel ${version}: ${(size / 2 ** 20).toFixed(1)} MiB, no modules`,
    `options: ${counts.ours} on; Debian's configuration has ${counts.base}, of which ${counts.off} are off here:`,
    `  ${counts.named} asked off by name`,
    `  ${counts.below} with them, since they depend on one that is off`,
    `  ${counts.unselected} that only others select, and no longer do`,
    `  ${counts.otherwise} for which another of a choice is on, or which nobody asks for`,
    'asked off:',
    ...off.map(({ title, reason, off: names }) => `  ${title} (${names.length}): ${reason}`),
  ];
}
