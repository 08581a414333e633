import { shapeOf } from './shape.ts';

/** A stretch of a console that one system said about one thing: a boot of stub, the installer, a boot of what is installed. */
export interface Section {
  /** Its place in the story, the same in another run: `stub before install`, `install`, `stub 1`, `installed 1`, … */
  readonly label: string;
  readonly lines: readonly Line[];
}

export interface Line {
  /** From 1, in the whole console. */
  readonly number: number;
  readonly text: string;
  readonly shape: string;
}

const KERNEL_BEGINS = /Linux version \d/;
/** Typed at the shell; not the checks' own commands, which evaluate something. */
const INSTALLER_TYPED = /~# (?!.*eval ).*\.\/\w+\.sh/;
/** What stub's boot plugin adds to the command line of the kernel that it jumps into. */
const INSTALLED_KERNEL = /^\[.*ommand line: .*rd\.hostonly=0/;

/** The echo of a command that a check typed: ours, and its output is behind it. */
const TYPED_BY_CHECK = /printf '%s-%s|^(?:begin|end)-[0-9a-f]{8}\b/;

type Kind = 'stub' | 'install' | 'installed';

const kindOf = (lines: readonly Line[]): Kind => {
  if (INSTALLER_TYPED.test(lines[0]?.text ?? '')) return 'install';
  return lines.some(({ text }) => INSTALLED_KERNEL.test(text)) ? 'installed' : 'stub';
};

/** The console in its sections, in order. Lines that say nothing are left out. */
export function sectionsOf(console: readonly string[]): Section[] {
  const sections: Line[][] = [[]];
  console.forEach((text, index) => {
    const shape = shapeOf(text);
    if (shape === '' || TYPED_BY_CHECK.test(text)) return;
    if (KERNEL_BEGINS.test(text) || INSTALLER_TYPED.test(text)) sections.push([]);
    sections.at(-1)?.push({ number: index + 1, text, shape });
  });
  const counts: Record<Kind, number> = { stub: 0, install: 0, installed: 0 };
  const filled = sections.filter(({ length }) => length > 0);
  return filled.map((lines, index) => {
    const kind = kindOf(lines);
    if (kind === 'stub' && kindOf(filled[index + 1] ?? []) === 'install')
      return { label: 'stub before install', lines };
    counts[kind] += 1;
    return { label: kind === 'install' ? kind : `${kind} ${counts[kind]}`, lines };
  });
}
