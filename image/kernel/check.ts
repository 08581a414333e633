import { HarnessError } from '../../runners/errors.ts';
import type { Asked } from './fragment.ts';
import type { Values } from './kconfig/expression.ts';
import { whyNot } from './kconfig/reasons.ts';
import type { KconfigTree } from './kconfig/tree.ts';

/** An option that came out otherwise than asked. */
export interface Deviation extends Asked {
  /** What it came out as; `n` for off. */
  readonly found: string;
  /** Why, in Kconfig's own terms; never empty. */
  readonly reasons: readonly string[];
}

/** Compares what was asked with the configuration that came out, both ways: asked on but off, asked off but on. */
export function deviations(asked: readonly Asked[], values: Values, tree: KconfigTree): Deviation[] {
  return asked.flatMap((one): Deviation[] => {
    const found = values.get(one.name) ?? 'n';
    // An option that no longer exists is off whatever is asked: asking it off would silently mean nothing.
    if (found === one.value && tree.has(one.name)) return [];
    return [{ ...one, found, reasons: whyNot(tree, values, one.name, one.value) }];
  });
}

const told = (value: string) => (value === 'n' ? 'off' : value === 'y' ? 'on' : value);

/** @throws HarnessError `kernel-config-not-applied` naming each deviation, where it was asked, and why. */
export function requireApplied(found: readonly Deviation[], evidence: string): void {
  if (found.length === 0) return;
  const lines = found.map(
    (one) =>
      `${one.at}: ${one.name} is asked ${told(one.value)} but came out ${told(one.found)}:\n${one.reasons.map((reason) => `    ${reason}`).join('\n')}`,
  );
  throw new HarnessError({
    code: 'kernel-config-not-applied',
    message: `${found.length} options of the kernel's configuration are not as asked:\n${lines.join('\n')}`,
    hint: 'ask also for what it depends on, take away what selects it, or do not ask for it',
    evidence,
  });
}
