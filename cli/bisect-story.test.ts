import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Stamped } from '../runners/bisect/record.ts';
import { storyLines } from './bisect-story.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'story-'));
});
afterEach(() => rm(folder, { recursive: true }));

const CONSOLE = ['Linux version 6.12', 'Run /init as init process', 'stub: kexec-boot: /vmlinuz', 'Welcome to Debian'];

async function trial(name: string, lines: readonly string[], verdict: 'pass' | 'fail'): Promise<Stamped[]> {
  const evidence = join(folder, name);
  await mkdir(evidence);
  await writeFile(join(evidence, 'console.log'), lines.join('\n'));
  const because = verdict === 'fail' ? { because: 'the reboot: nothing to boot' } : {};
  return [
    { type: 'built', digest: `d-${name}`, signature: `s-${name}`, image: '', seconds: 1, time: 0 },
    { type: 'trial', signature: `s-${name}`, cell: 'cell', verdict, ...because, evidence, seconds: 1, time: 0 },
  ];
}

const step = (name: string, steps: readonly number[]): Stamped => ({
  ...{ type: 'step', number: 1, round: 1, purpose: 'search', digest: `d-${name}`, made: steps.length, asked: 1, steps },
  ...{ verdict: 'pass', built: true, trials: 1, seconds: 1, time: 0 },
});

const proof = [{ role: 'breaks', expected: 'fail', verdict: 'fail', digest: 'd-bad' }] as const;

test('what fails is told with its reason, its evidence, and where its console parts from the good one', async () => {
  const wrong = 'stub: kexec-boot: nothing to boot: /dev/vdb cannot be mounted';
  const events = [
    ...(await trial('good', CONSOLE, 'pass')),
    ...(await trial('bad', [...CONSOLE.slice(0, 2), wrong], 'fail')),
  ];
  const lines = storyLines({ proof }, events);
  expect(lines[0]).toBe('in cell: the reboot: nothing to boot');
  expect(lines.join('\n')).toContain(wrong);
  expect(lines.join('\n')).toContain('good     3  stub: kexec-boot: /vmlinuz');
  expect(lines.at(-1)).toBe(`evidence: ${join(folder, 'bad')}`);
});

test('the console to compare with is that of the nearest kernel that passed and whose console is still there', async () => {
  const slow = ['Linux version 6.12', 'Run /init as init process', 'stub: kexec-boot: /vmlinuz', 'no such device'];
  const events = [
    ...(await trial('far', CONSOLE, 'pass')),
    ...(await trial('near', slow, 'pass')),
    ...(await trial('gone', CONSOLE, 'pass')),
    ...(await trial('bad', [...slow.slice(0, 2), 'stub: kexec-boot: nothing to boot'], 'fail')),
    ...[step('far', []), step('near', [1]), step('gone', [1, 2]), step('bad', [1, 2])],
  ];
  await rm(join(folder, 'gone'), { recursive: true });
  expect(storyLines({ proof }, events).join('\n')).toContain('no such device');
  for (const name of ['far', 'near']) await rm(join(folder, name), { recursive: true });
  expect(storyLines({ proof }, events)[1]).toBe('  no console of a trial that passed is left to compare it with');
  await rm(join(folder, 'bad'), { recursive: true });
  expect(storyLines({ proof }, events)[1]).toBe('  its console is not there any more');
});

test('there is no story where nothing was seen', async () => {
  expect(storyLines({ proof }, [])).toEqual([]);
  const [built] = await trial('bad', CONSOLE, 'fail');
  const bare = { type: 'trial', signature: 's-bad', cell: 'command', verdict: 'fail', seconds: 1, time: 0 } as const;
  expect(storyLines({ proof }, [built as Stamped, bare])).toEqual([]);
});
