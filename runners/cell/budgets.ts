import type { Accelerator, AcceleratorProof } from '../host/accelerator.ts';
import type { Machine, Patience } from '../machine/machine.ts';
import type { Budget } from '../machine/progress/watch.ts';

export type Phase = 'boot-stub' | 'install' | 'shutdown' | 'boot-installed' | 'power-off';

/**
 * How long a guest may show no progress in a phase, on a host that is free and of today's speed. A guest that waits goes by its
 * own clock, and gives up in words that say more than ours: systemd on a job after 90 s (twice, where it has to kill), dracut on a
 * device after 180 s, apt and curl on a server after 120 s. So we outwait it. What it computes silently is at most an initramfs.
 */
const BUDGETS: Readonly<Record<Phase, Omit<Budget, 'held'>>> = {
  'boot-stub': { still: 60, spin: 60, loop: 120, ceiling: 1800 },
  install: { still: 240, spin: 300, loop: 600, ceiling: 4 * 3600 },
  shutdown: { still: 200, spin: 120, loop: 240, ceiling: 3600 },
  'boot-installed': { still: 240, spin: 120, loop: 240, ceiling: 3600 },
  'power-off': { still: 200, spin: 120, loop: 240, ceiling: 3600 },
};

/** How many times the CPU of an accelerated guest an emulated one needs for the same, at most. */
const EMULATION: Readonly<Record<Accelerator, number>> = { kvm: 1, tcg: 8 };

/** What the accelerator's probe, a guest of a few MiB, takes to boot on a host that is free, in seconds. */
const PROBE: Readonly<Record<Accelerator, number>> = { kvm: 1.5, tcg: 3 };

/** A host that is out of breath lets QEMU go on sooner; who stopped it to look at it can say so. In seconds. */
const HELD = 60;

/** The probe may have run beside a kernel's build, and its answer is kept for days. */
const SLOWEST = 8;

/** For one command or one answer of a guest that is up, in seconds. */
export const ANSWER: Readonly<Record<Accelerator, number>> = { kvm: 30, tcg: 120 };

/** How many times longer than elsewhere things take on this host, by what its probe took: from 1 to 8. */
export function paceOf({ accelerator, seconds }: AcceleratorProof): number {
  return Math.min(SLOWEST, Math.max(1, seconds / PROBE[accelerator]));
}

/** The budget of a phase on this host. */
export function budgetOf(phase: Phase, proof: AcceleratorProof): Budget {
  const pace = paceOf(proof);
  const { still, spin, loop, ceiling } = BUDGETS[phase];
  return {
    still: still * pace,
    spin: spin * pace * EMULATION[proof.accelerator],
    loop: loop * pace,
    held: HELD * pace,
    ceiling: ceiling * pace,
  };
}

/** How to wait for the end of a phase. */
export function patienceOf(phase: Phase, proof: AcceleratorProof, awaiting: string): Patience & { budget: Budget } {
  return { awaiting, budget: budgetOf(phase, proof) };
}

/**
 * Seconds for one command or one answer of a guest that is up, as much as this host and what else runs on it slow it down. To the
 * tenth: messages tell it.
 */
export function answerOf(proof: AcceleratorProof, machine: Pick<Machine, 'slowness'>): number {
  return Math.round(ANSWER[proof.accelerator] * Math.max(paceOf(proof), machine.slowness) * 10) / 10;
}

/** What a guest gets. TCG runs each core in a thread of its own; two let udev and systemd work side by side. */
export const GUEST = { cores: 2, memoryMiB: 2048, diskGiB: 20 } as const;
