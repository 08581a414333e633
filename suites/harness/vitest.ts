import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join, relative } from 'node:path';
import { createVitest, type Reporter, type TestModule } from 'vitest/node';
import type { Reason } from '../../runners/events/event.ts';
import type { SuiteInput } from './input.ts';
import { matrixProject } from './project.ts';

const root = join(import.meta.dirname, '../..');

function titles(module: TestModule): [string, string[]][] {
  return [...module.children.suites()].map((suite) => [
    suite.name,
    [...suite.children.tests()].map((test) => test.name),
  ]);
}

function problem(errors: readonly { message: string; stack?: string; cause?: unknown }[]): Reason | undefined {
  const error = errors[0];
  if (!error) return undefined;
  const cause = (error.cause as Error | undefined)?.message;
  const message = `the suite broke down outside of its checks: ${error.message}${cause ? `: ${cause}` : ''}`;
  return { code: 'suite-broken', message, stack: error.stack };
}

/** Vitest's listeners on these would end the process, with an exit code of their own, before a cell is taken down. */
const ourBusiness = ['SIGINT', 'SIGTERM', 'SIGHUP', 'unhandledRejection'] as const;

/** Does the work, and takes off the process what it hung on there. */
async function withoutNewListeners<T>(work: () => Promise<T>): Promise<T> {
  const before = new Set(ourBusiness.flatMap((event) => process.listeners(event as 'SIGINT')));
  const result = await work();
  for (const event of ourBusiness) {
    for (const listener of process.listeners(event as 'SIGINT')) {
      if (!before.has(listener)) process.off(event, listener);
    }
  }
  return result;
}

/**
 * Runs one suite file in a thread, without a word on the terminal; what vitest or the suite print goes to
 * `<run>/vitest.log`. Never throws for what the suite does.
 *
 * @param file the suite's file, absolute
 * @param collected is filled with the check titles of each cell as soon as the file is loaded
 * @returns what went wrong outside of all checks: a file that does not load, a rejection nobody awaited, a thread that died
 */
export async function runVitest(
  file: string,
  input: SuiteInput,
  collected: Map<string, readonly string[]>,
): Promise<Reason | undefined> {
  const log = createWriteStream(join(input.runPath, 'vitest.log'), { flags: 'a', mode: 0o600 });
  const reporter: Reporter = {
    onTestModuleCollected: (module) => {
      for (const [cell, checks] of titles(module)) collected.set(cell, checks);
    },
    onUserConsoleLog: ({ content }) => void log.write(content),
  };
  // The exit code is ours to decide; vitest sets it as soon as a test fails.
  const { exitCode } = process;
  let reason: Reason | undefined;
  try {
    const vitest = await withoutNewListeners(() =>
      createVitest(
        {
          ...matrixProject,
          root,
          config: false,
          include: [relative(root, file)],
          watch: false,
          cache: false,
          // Node strips the types itself, and keeps what it compiled; Vite would transform every file anew.
          experimental: { viteModuleRunner: false },
          reporters: [reporter],
          // Admission to the host is ours: all cells are under way for vitest, and wait for their turn in our own queue.
          maxConcurrency: input.cells.length + 1,
          provide: { suiteInput: input },
        },
        { logLevel: 'silent' },
        { stdout: log, stderr: log },
      ),
    );
    try {
      const { testModules, unhandledErrors } = await vitest.start();
      const errors = [...unhandledErrors, ...testModules.flatMap((module) => module.errors())];
      reason = problem(errors as { message: string }[]);
    } finally {
      await vitest.close();
    }
  } catch (error) {
    reason = problem([error as Error]);
  }
  process.exitCode = exitCode;
  log.end();
  await once(log, 'close');
  return reason;
}
