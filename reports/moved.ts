import type { RunEvent } from '../runners/events/event.ts';

/** An event whose evidence lies elsewhere now; one that names no file as it is. */
export function moved(event: RunEvent, place: (path: string) => string): RunEvent {
  switch (event.type) {
    case 'attachment':
    case 'capsule':
      return { ...event, path: place(event.path) };
    case 'check-ended': {
      const { reason } = event;
      return reason?.evidence ? { ...event, reason: { ...reason, evidence: place(reason.evidence) } } : event;
    }
    default:
      return event;
  }
}
