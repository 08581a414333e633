import { enableCompileCache } from 'node:module';
import { machine } from 'node:os';
import { join } from 'node:path';
import { explain, HarnessError } from '../runners/errors.ts';
import { exitCodeOf, exitCodes } from './exit.ts';

// What was compiled once is not compiled again: a third of the time that a command takes to start. Threads read the variable.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, '../node_modules/.cache/node');
enableCompileCache(process.env.NODE_COMPILE_CACHE);

const interruption = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    // The first asks for an orderly end; who asks again will not wait, but those who listen too may write what must be.
    if (interruption.signal.aborted) setImmediate(() => process.exit(exitCodes.interrupted));
    interruption.abort(new HarnessError({ code: 'interrupted', message: `interrupted by ${name}` }));
  });
}

/** Node's own exit code for a bug is 1, which is ours for a cell that failed; a bisection would believe it. */
function fail(error: unknown): never {
  process.stderr.write(`stub-matrix: ${explain(error)}\n`);
  process.exit(exitCodeOf(error, interruption.signal.aborted));
}
process.on('uncaughtException', fail);

try {
  // Imported here, where a file of ours that does not load is caught as well.
  const { dispatch } = await import('./dispatch.ts');
  const code = await dispatch(process.argv.slice(2), {
    cwd: process.cwd(),
    env: process.env,
    arch: machine(),
    print: (line) => process.stdout.write(`${line}\n`),
    signal: interruption.signal,
    install: !process.env.STUB_MATRIX_NO_INSTALL,
  });
  // What still waits in a pipe would be cut off.
  process.stdout.write('', () => process.exit(code));
} catch (error) {
  fail(error);
}
