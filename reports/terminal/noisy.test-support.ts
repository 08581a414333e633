import { appendFileSync } from 'node:fs';
import type { WriteStream } from 'node:tty';
import { nightly, runOf } from './nightly.test-support.ts';
import { openView } from './view.ts';

/**
 * `noisy.test-support.ts FILE`: shows a run that goes on for ever, says something on both streams every second, and writes to FILE, every
 * tenth of a second, that it lives.
 */
const [file = ''] = process.argv.slice(2);
const events = runOf(nightly, 2).filter(({ type }) => type !== 'run-ended');
const start = events[0]?.time ?? 0;
const began = Date.now();
const view = openView(process.stdout as WriteStream, process.env, () => start + 1_000_000 + Date.now() - began);
for (const event of events) if (event.time < start + 1_000_000) view.listener(event);
let ticks = 0;
setInterval(() => appendFileSync(file, `${ticks++}\n`), 100);
let said = 0;
setInterval(() => {
  said += 1;
  process.stderr.write(`warning ${said}: begun`);
  process.stderr.write(', and ended\n');
  console.log(`word ${said}`);
}, 1000);
