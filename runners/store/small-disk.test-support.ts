import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StubMatrixError } from '../errors.ts';
import { run } from '../process/command.ts';
import { Store } from './store.ts';

/** Run in a mount namespace of its own, with a filesystem of 1 MiB mounted on the folder that is given: what a store says there. */
const [root = ''] = process.argv.slice(2);

async function attempt(name: string, bytes: number) {
  try {
    const build = (folder: string) => writeFile(join(folder, 'file'), Buffer.alloc(bytes));
    const entry = await new Store(root).obtain('images', { name }, build);
    entry.release();
    return { reused: entry.reused };
  } catch (error) {
    if (!(error instanceof StubMatrixError)) throw error;
    const { code, message, command } = error;
    return { code, message, command };
  }
}

const first = await attempt('small', 1000);
const full = await attempt('large', 4 * 2 ** 20);
const after = await attempt('small', 1000);
await run(['mount', '-o', 'remount,ro', root]);
const readOnly = { hit: await attempt('small', 1000), miss: await attempt('other', 1000) };
console.log(JSON.stringify({ first, full, after, readOnly }));
