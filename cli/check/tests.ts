import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { createVitest, type Reporter, type TestModule } from 'vitest/node';
import type { Context } from '../commands.ts';
import { checkout } from '../options.ts';
import type { Count } from './stages.ts';

/** Runs the unit tests and those that boot QEMU, printing a line a file and, of what failed, why. */
export async function runTests({ print, signal }: Pick<Context, 'print' | 'signal'>): Promise<Count> {
  const reporter: Reporter = { onTestModuleEnd: (module) => print(moduleLines(module).join('\n')) };
  // The exit code is ours to decide; vitest sets it as soon as a test fails.
  const { exitCode } = process;
  const vitest = await createVitest(
    { root: checkout, watch: false, project: ['unit', 'machine'], reporters: [reporter] },
    { logLevel: 'error' },
  );
  const cancel = () => void vitest.cancelCurrentRun('keyboard-input');
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const { testModules, unhandledErrors } = await vitest.start();
    for (const error of unhandledErrors) print(errorLines(error as ErrorLike).join('\n'));
    const counts = testModules.map(countOf);
    const sum = (key: keyof Count) => counts.reduce((total, count) => total + count[key], 0);
    return { passed: sum('passed'), failed: sum('failed') + unhandledErrors.length, skipped: sum('skipped') };
  } finally {
    signal.removeEventListener('abort', cancel);
    await vitest.close();
    process.exitCode = exitCode;
  }
}

interface ErrorLike {
  readonly message?: string;
  readonly diff?: string;
  readonly stacks?: readonly { readonly file: string; readonly line: number }[];
  readonly cause?: unknown;
}

/** A file that breaks down outside of its tests counts as a failed test of its own. */
function countOf(module: TestModule): Count {
  const states = [...module.children.allTests()].map((test) => test.result().state);
  const number = (...wanted: string[]) => states.filter((state) => wanted.includes(state)).length;
  return {
    passed: number('passed'),
    failed: number('failed') + brokenAt(module).length,
    // Pending ones were never reached: the run was broken off.
    skipped: number('skipped', 'pending'),
  };
}

/** Errors of the file and of hooks around its tests; they belong to no test. */
function brokenAt(module: TestModule): ErrorLike[] {
  return [...module.errors(), ...[...module.children.allSuites()].flatMap((suite) => suite.errors())] as ErrorLike[];
}

function moduleLines(module: TestModule): string[] {
  const { passed, failed, skipped } = countOf(module);
  const parts = [
    `${passed} passed`,
    ...(failed ? [`${failed} FAILED`] : []),
    ...(skipped ? [`${skipped} skipped`] : []),
  ];
  const seconds = (module.diagnostic().duration / 1000).toFixed(1);
  const lines = [`test         ${relative(checkout, module.moduleId)}: ${parts.join(', ')}  ${seconds} s`];
  for (const test of module.children.allTests('failed')) {
    lines.push(`  FAILED ${test.fullName}`, ...(test.result().errors ?? []).flatMap((error) => errorLines(error)));
  }
  return [...lines, ...brokenAt(module).flatMap(errorLines)];
}

function errorLines({ message, diff, stacks, cause }: ErrorLike): string[] {
  const place = stacks?.[0];
  const text = [
    message ?? 'unknown error',
    ...(place ? [`at ${relative(checkout, place.file)}:${place.line}`] : []),
    ...(diff ? [diff] : []),
    ...(cause instanceof Error ? [`because ${cause.message}`] : []),
  ];
  return text.flatMap((each) => stripVTControlCharacters(each).split('\n')).map((line) => `    ${line}`);
}
