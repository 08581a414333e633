import type { Surroundings } from '../../runners/cell/surroundings.ts';
import type { Emit, EventBody } from '../../runners/events/event.ts';
import { hostMemory, OthersLoad } from '../../runners/host/load.ts';
import { processTable } from '../../runners/host/processes.ts';
import { Usage } from '../../runners/host/usage.ts';
import type { RunOptions } from '../../runners/matrix/options.ts';
import type { PlannedCell } from '../../runners/matrix/plan.ts';
import type { Started } from '../../runners/schedule/decide.ts';
import { forecast, limitsOf } from '../../runners/schedule/forecast.ts';
import type { Job } from '../../runners/schedule/job.ts';
import type { Reading } from '../../runners/schedule/room.ts';
import { Schedule } from '../../runners/schedule/schedule.ts';
import { likelyJobs } from './likely-jobs.ts';
import { readingOf } from './reading.ts';

/** Milliseconds between two looks at the host, and at what runs on it. */
const LOOK = 2000;

/** After these a guest is past its early boot. */
const FIRST_BOOTS: ReadonlySet<string> = new Set(['boot-stub', 'boot-installed']);

/** What a cell that was let in works with, besides what all have. */
export type Admitted = Pick<Surroundings, 'emit' | 'turn' | 'uses'>;

export interface Admission {
  /** Does `work` as soon as the host has room for the cell; at once where the run is broken off. */
  admit<T>(planned: PlannedCell, work: (given: Admitted) => Promise<T>): Promise<T>;
}

interface Guest {
  /** Of the attempt that runs. */
  usage: Usage;
  /** Lets it boot, where it waits for its turn. */
  go?: () => void;
}

const seconds = () => performance.now() / 1000;

/**
 * Lets cells onto this host by runners/schedule, with what the host shows at that moment. The first is let in without a look at
 * anything but memory: whoever runs one cell waits for nothing.
 */
export function openAdmission(
  cells: readonly PlannedCell[],
  options: RunOptions,
  { emit, signal }: { readonly emit: Emit; readonly signal: AbortSignal },
): Admission {
  const limits = limitsOf(options);
  const schedule = new Schedule(limits, seconds());
  const jobs = likelyJobs(cells, options);
  const arrived: Job[] = [];
  const entrances = new Map<string, (started: Started | undefined) => void>();
  const guests = new Map<string, Guest>();
  const load = new OthersLoad();
  let timer: NodeJS.Timeout | undefined;
  let deciding = false;

  const reading = (): Reading =>
    readingOf(hostMemory(), load.cores, new Map([...guests].map(([id, { usage }]) => [id, usage.residentMiB])));

  const decide = () => {
    deciding = false;
    if (signal.aborted) return;
    for (const job of inOrder(arrived.splice(0))) schedule.add(job);
    const { start, boot } = schedule.next(seconds(), reading());
    for (const id of boot) guests.get(id)?.go?.();
    for (const started of start) entrances.get(started.job.id)?.(started);
    watch();
  };
  /** One needs none. */
  const inOrder = (together: readonly Job[]) => {
    if (together.length < 2) return together;
    const byId = new Map(together.map((job) => [job.id, job]));
    return forecast(together, reading(), limits).order.flatMap((id) => byId.get(id) ?? []);
  };
  /** Cells that come in the same moment are decided about together. */
  const soon = () => {
    if (!deciding) setImmediate(decide);
    deciding = true;
  };
  const look = () => {
    const table = processTable();
    load.sample(table);
    for (const { usage } of guests.values()) usage.sample(table);
    if (schedule.waiting > 0) soon();
  };
  /** Looks as long as there is something to see. */
  const watch = () => {
    const needed = !signal.aborted && (schedule.waiting > 0 || guests.size > 0);
    if (needed && !timer) {
      timer = setInterval(look, LOOK).unref();
      if (schedule.waiting > 0) load.sample(processTable());
    } else if (!needed && timer) {
      clearInterval(timer);
      timer = undefined;
    }
  };
  /** Nothing waits any more: what was broken off shall end. */
  const letAll = () => {
    for (const enter of entrances.values()) enter(undefined);
    for (const { go } of guests.values()) go?.();
    watch();
  };
  signal.addEventListener('abort', letAll, { once: true });

  const entrance = (job: Job) =>
    new Promise<Started | undefined>((resolve) => {
      entrances.set(job.id, resolve);
      arrived.push(job);
      soon();
    });

  return {
    async admit(planned, work) {
      const { id } = planned.cell;
      const job = (await jobs).get(id);
      if (!job) throw new RangeError(`${id} is no cell of this run`);
      const started = signal.aborted ? undefined : await entrance(job);
      entrances.delete(id);
      const guest: Guest = { usage: new Usage() };
      guests.set(id, guest);
      if (started) emit(admittedEvent(started));
      try {
        return await work({
          emit: observed(id, guest, { schedule, emit, soon }),
          turn: () => turn(job, guest),
          uses: (pid) => {
            guest.usage.add(pid);
            watch();
          },
        });
      } finally {
        guests.delete(id);
        schedule.prepared(id, false);
        schedule.ended(id, seconds());
        soon();
      }
    },
  };

  function turn(job: Job, guest: Guest): Promise<void> | undefined {
    if (!job.staggered || signal.aborted) return undefined;
    let may = false;
    const waits = Promise.withResolvers<void>();
    guest.go = () => {
      may = true;
      waits.resolve();
    };
    schedule.asksTurn(job.id, seconds());
    decide();
    return may ? undefined : waits.promise;
  }
}

function admittedEvent({ job, room }: Started): EventBody {
  const { cores, memoryMiB, basis } = job.needs;
  const free = { cores: rounded(room.cores), memoryMiB: Math.floor(room.memoryMiB) };
  return { type: 'cell-admitted', cell: job.id, cores: rounded(cores), memoryMiB, basis, free };
}

const rounded = (cores: number) => Number(cores.toFixed(2));

/** Passes on what a cell tells of itself, and learns from it. */
function observed(
  id: string,
  guest: Guest,
  { schedule, emit, soon }: { schedule: Schedule; emit: Emit; soon: () => void },
): Emit {
  return (event) => {
    // What an attempt took is told of it alone: its time is no more than its own either.
    if (event.type === 'cell-started') guest.usage = new Usage();
    const { usage } = guest;
    if (event.type === 'cell-ended') {
      emit({
        type: 'cell-usage',
        cell: id,
        peakMemoryMiB: Math.round(usage.peakMemoryMiB),
        cpuSeconds: Number(usage.cpuSeconds.toFixed(1)),
      });
    }
    emit(event);
    if (event.type === 'check-ended') usage.sample();
    else if (event.type === 'cell-expected') schedule.expects(id, event.seconds);
    else if (event.type === 'phase-ended' && event.phase === 'image') {
      schedule.prepared(id, event.ok);
      soon();
    } else if (event.type === 'phase-ended' && FIRST_BOOTS.has(event.phase)) {
      schedule.settled(id, seconds());
      soon();
    }
  };
}
