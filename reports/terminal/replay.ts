import { setTimeout as sleep } from 'node:timers/promises';
import { progress } from '../progress.ts';
import { readEvents } from '../record.ts';
import { wantsView } from '../show.ts';
import { openView } from './view.ts';

/**
 * Shows a run that has been, so many times as fast as it was and from so many seconds after its start on: on a terminal as the view
 * had it, else as its lines.
 *
 *     node reports/terminal/replay.ts reports/out/latest/events.ndjson [SPEED] [FROM]
 */
const [file = '', speed = '1', from = '0'] = process.argv.slice(2);
const stream: NodeJS.WritableStream = process.stdout;
const events = readEvents(file);
const start = (events[0]?.time ?? 0) + Number(from) * 1000;

if (wantsView(stream, process.env)) {
  const began = Date.now();
  const now = () => start + (Date.now() - began) * Number(speed);
  using view = openView(stream, process.env, now);
  for (const event of events) {
    if (event.time > now()) await sleep((event.time - now()) / Number(speed));
    view.listener(event);
  }
} else {
  const fold = progress();
  for (const event of events) for (const line of fold.lines(event)) stream.write(`${line}\n`);
}
