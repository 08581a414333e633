import { appendFileSync, existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Store } from './store.ts';

/**
 * A process of its own that needs an entry: `node builder.test-support.ts ROOT LOG MILLISECONDS [HOLD]`. Writes a line of JSON
 * for each thing that happens, and adds to the file LOG when it starts to build. Once there is LOG.go, it no longer dawdles.
 */
const [root = '', log = '', milliseconds = '0', hold = '0'] = process.argv.slice(2);
const say = (what: object) => process.stdout.write(`${JSON.stringify({ pid: process.pid, ...what })}\n`);
const parts = ['a', 'b', 'c'];

const entry = await new Store(root).obtain(
  'images',
  { of: 'everybody' },
  async (folder) => {
    appendFileSync(log, `${process.pid}\n`);
    say({ building: folder });
    for (const part of parts) {
      await writeFile(join(folder, part), part.repeat(100_000));
      const end = performance.now() + Number(milliseconds) / parts.length;
      while (performance.now() < end && !existsSync(`${log}.go`)) await sleep(10);
    }
  },
  { progress: (step) => say({ step }) },
);
say({ folder: entry.folder, reused: entry.reused });
await sleep(Number(hold));
