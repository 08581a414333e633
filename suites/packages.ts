import { readEvents } from '../reports/record.ts';
import type { Packages, PackagesFor } from '../runners/cell/packages.ts';
import { explain } from '../runners/errors.ts';
import type { Emit, RunEvent } from '../runners/events/event.ts';
import type { ProxyAccess } from '../runners/matrix/options.ts';

/** How the guests of a run get their packages. @returns undefined where they are let out. */
export type OpenPackages = (given: PackagesFor) => Promise<Packages | undefined>;

/**
 * Does `work` while the run's package proxy is there, and tells at its end what the proxy did.
 *
 * @param events the run's record.
 */
export async function withPackages<T>(
  open: OpenPackages | undefined,
  given: PackagesFor,
  { events, emit }: { readonly events: string; readonly emit: Emit },
  work: (proxy: ProxyAccess | undefined) => Promise<T>,
): Promise<T> {
  await using packages = await open?.(given);
  if (!packages) return work(undefined);
  try {
    return await work(packages.access);
  } finally {
    try {
      emit(await packages.proxy.close(installedIn(events)));
    } catch (error) {
      // The cells have their verdicts.
      given.note(`what the package proxy fetched is not kept: ${explain(error)}`);
    }
  }
}

/** Of a record, what was told since the run was started or resumed last. */
export function ofLastSitting(events: readonly RunEvent[]): readonly RunEvent[] {
  return events.slice(
    Math.max(
      0,
      events.findLastIndex(({ type }) => type === 'run-resumed'),
    ),
  );
}

/** What the answers of this sitting's proxy have installed. */
function installedIn(events: string): readonly string[] {
  const ended = ofLastSitting(readEvents(events)).filter((event) => event.type === 'phase-ended');
  return ended.filter(({ phase, ok }) => phase === 'install' && ok).map(({ cell }) => cell);
}
