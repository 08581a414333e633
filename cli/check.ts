import { cell, image, perform } from './check/deeds.ts';
import { type CheckStage, type Count, stages } from './check/stages.ts';
import { runTests } from './check/tests.ts';
import type { Start } from './commands.ts';
import { exitCodes } from './exit.ts';
import { requireTools } from './tools.ts';

/** The last line printed is `N passed, N failed, N skipped`: each test counts one, and so does each other stage. */
export const start: Start = async (_, context) => {
  await requireTools({ uses: ['cell', 'image', 'test'], arches: ['x86_64'] }, context);
  const counts: Count[] = [];
  for (const stage of stages) {
    context.signal.throwIfAborted();
    counts.push(await runStage(stage, context.print));
  }
  counts.push(await perform(image, context));
  context.signal.throwIfAborted();
  counts.push(await runTests(context));
  context.signal.throwIfAborted();
  counts.push(await perform(cell, context));
  context.signal.throwIfAborted();
  const sum = (key: keyof Count) => counts.reduce((total, count) => total + count[key], 0);
  context.print(`${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`);
  return sum('failed') > 0 ? exitCodes.failed : exitCodes.passed;
};

async function runStage({ name, complaints }: CheckStage, print: (line: string) => void): Promise<Count> {
  const begin = performance.now();
  const words = await complaints();
  const passed = words === '';
  if (!passed) print(words);
  print(`${name.padEnd(12)} ${passed ? 'passed' : 'FAILED'}  ${((performance.now() - begin) / 1000).toFixed(1)} s`);
  return { passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 };
}
