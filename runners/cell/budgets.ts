import type { Accelerator } from '../host/accelerator.ts';

/** In seconds: how long a phase may take at most, and how long the console may be silent in it. */
export interface Budget {
  readonly timeout: number;
  readonly idle: number;
}

export type Phase = 'boot-stub' | 'install' | 'shutdown' | 'boot-installed' | 'power-off';

/** Three to five times what a busy host needs: a slow guest is slow, only a hung one is hung. */
export const BUDGETS: Readonly<Record<Accelerator, Readonly<Record<Phase, Budget>>>> = {
  kvm: {
    'boot-stub': { timeout: 60, idle: 30 },
    install: { timeout: 1200, idle: 180 },
    shutdown: { timeout: 120, idle: 120 },
    'boot-installed': { timeout: 180, idle: 60 },
    'power-off': { timeout: 120, idle: 120 },
  },
  tcg: {
    'boot-stub': { timeout: 300, idle: 90 },
    install: { timeout: 5400, idle: 600 },
    shutdown: { timeout: 300, idle: 300 },
    'boot-installed': { timeout: 600, idle: 180 },
    'power-off': { timeout: 300, idle: 300 },
  },
};

/** For one command or one answer of a guest that is up, in seconds. */
export const ANSWER: Readonly<Record<Accelerator, number>> = { kvm: 30, tcg: 120 };

/** What a guest gets. TCG runs each core in a thread of its own; two let udev and systemd work side by side. */
export const GUEST = { cores: 2, memoryMiB: 2048, diskGiB: 20 } as const;
