import type { Running } from './job.ts';
import type { Needs } from './needs.ts';

/** What the host shows at a moment. */
export interface Reading {
  /** That this process may use. */
  readonly cores: number;
  /** How many of them the processes of others keep busy. */
  readonly others: number;
  readonly memoryTotalMiB: number;
  /** What can be taken without swapping. */
  readonly memoryAvailableMiB: number;
  /** What each running job's processes hold, by its id. It is no longer available, and was declared already. */
  readonly residentMiB: ReadonlyMap<string, number>;
}

/** What the user allows the run to take. */
export interface Limits {
  /** Cells at the same time. */
  readonly jobs?: number;
  /** That guests may keep busy, whatever others do; in place of those that others leave idle. */
  readonly cores?: number;
  /** That guests may hold together. */
  readonly memoryMiB?: number;
}

/** What may still be taken, or what was. */
export interface Room {
  readonly places: number;
  /** Negative where more is kept busy than there is: others came after us. */
  readonly cores: number;
  readonly memoryMiB: number;
}

/** Stays available, for a host that swaps is no host, in MiB. */
export const SPARE_MIB = 512;

/** How many cores the run has, used or not. */
export function coresFor({ cores, others }: Reading, limits: Limits): number {
  return limits.cores === undefined ? Math.max(0, cores - others) : Math.min(limits.cores, cores);
}

/** What is left beside the running jobs, each of which may still grow to what it declared. */
export function roomBeside(running: Iterable<Running>, reading: Reading, limits: Limits): Room {
  const { memoryAvailableMiB, residentMiB } = reading;
  let places = limits.jobs ?? Number.POSITIVE_INFINITY;
  let cores = coresFor(reading, limits);
  let available = memoryAvailableMiB - SPARE_MIB;
  let allowed = limits.memoryMiB ?? Number.POSITIVE_INFINITY;
  for (const { job } of running) {
    places -= 1;
    cores -= job.needs.cores;
    available -= Math.max(0, job.needs.memoryMiB - (residentMiB.get(job.id) ?? 0));
    allowed -= job.needs.memoryMiB;
  }
  return { places, cores, memoryMiB: Math.min(available, allowed) };
}

/** The part of a cell's cores with which it may start. */
export const FOOTHOLD = 1 / 4;

/**
 * Whether a cell may start. Memory that is not there kills guests, so that all of it must be. Cores are shared: where some lack, all
 * are late by as much and nothing is lost, while what no cell may use is lost for good. So a foothold will do.
 */
export function fits({ cores, memoryMiB }: Needs, room: Room): boolean {
  return room.places >= 1 && room.memoryMiB >= memoryMiB && room.cores >= cores * FOOTHOLD;
}

/** Whether the host could hold it, were nothing else there. */
export function couldFit({ memoryMiB }: Needs, { memoryTotalMiB }: Reading, limits: Limits): boolean {
  return memoryMiB <= Math.min(limits.memoryMiB ?? Number.POSITIVE_INFINITY, memoryTotalMiB - SPARE_MIB);
}

export const without = (room: Room, { cores, memoryMiB }: Needs): Room => ({
  places: room.places - 1,
  cores: room.cores - cores,
  memoryMiB: room.memoryMiB - memoryMiB,
});

export const withBack = (room: Room, { cores, memoryMiB }: Needs): Room => ({
  places: room.places + 1,
  cores: room.cores + cores,
  memoryMiB: room.memoryMiB + memoryMiB,
});

/**
 * How many emulated guests may be in their early boot at the same time. Each has two threads that must not wait for each other:
 * the virtual CPU that calibrates its timer, and QEMU's own that lets the timer run.
 */
export function startsAtATime(reading: Reading, limits: Limits): number {
  return Math.max(1, Math.floor(coresFor(reading, limits) / 2));
}
