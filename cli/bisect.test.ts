import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { attempt } from '../runners/process/command.ts';
import { checkout } from './options.ts';

/** Each test starts the command line, and that a shell for each trial: on a host that is busy it takes its time. */
vi.setConfig({ testTimeout: 180_000 });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bisect-'));
  const names = Array.from({ length: 120 }, (_, index) => `O${index}`);
  writeFileSync(join(folder, 'good.config'), names.map((name) => `CONFIG_${name}=y\n`).join(''));
  writeFileSync(join(folder, 'bad.config'), names.map((name) => `# CONFIG_${name} is not set\n`).join(''));
});
afterEach(() => rmSync(folder, { recursive: true }));

const command = (...args: string[]) =>
  attempt([process.execPath, join(checkout, 'cli/main.ts'), ...args], { cwd: folder });
const bisect = (judge: string, ...more: string[]) =>
  command('bisect', '--good', 'good.config', '--bad', 'bad.config', '--run', judge, '--out', 'out', ...more);
/** Off together they break it. */
const culprits =
  '! { grep -q "CONFIG_O7 is not" $STUB_MATRIX_CONFIG && grep -q "CONFIG_O99 is not" $STUB_MATRIX_CONFIG; }';

it('finds by a command which options break it only together, and leaves a report, a plot and a record', async () => {
  const { exitCode, stdout, stderr } = await bisect(culprits);
  expect(stderr).toBe('');
  expect(stdout).toContain(
    'of 120 differences 2 break, only together:\n    CONFIG_O7: y → off\n    CONFIG_O99: y → off\n',
  );
  expect(stdout).toContain('makes it pass:\nCONFIG_O7=y\n');
  expect(exitCode).toBe(0);
  expect(readFileSync(join(folder, 'out/report.txt'), 'utf8')).toMatch(/^test +round .*\n1 +0 +endpoint +0 +pass/m);
  const dots = readFileSync(join(folder, 'out/narrowing.svg'), 'utf8').match(/<title>test /g)?.length;
  expect(dots).toBe(Number(/(\d+) tests, both ends/.exec(stdout)?.[1]));
});

it('killed with SIGKILL and resumed it has the same answer, and has asked the command no configuration twice', async () => {
  const culprit = 'grep -q O7=y $STUB_MATRIX_CONFIG';
  const calls = () => readFileSync(join(folder, 'calls'), 'utf8').length / 2;
  const alone = await bisect(`echo x >> calls; ${culprit}`, '--builders', '1');
  const all = calls();
  rmSync(join(folder, 'calls'));
  // Ends who asks, at the sixth time; what is then under way is not yet in the record.
  const deadly = `echo x >> calls; [ -e dead ] || [ $(wc -l < calls) -ne 6 ] || { touch dead; kill -9 $PPID; }; ${culprit}`;
  await expect(bisect(deadly, '--builders', '1', '--start-over')).rejects.toMatchObject({ code: 'command-not-run' });
  const unasked = await bisect(deadly, '--builders', '1');
  expect(unasked.stderr).toContain('begun before and broken off');
  expect(unasked.exitCode).toBe(2);
  const resumed = await bisect(deadly, '--builders', '1', '--resume');
  expect(resumed.exitCode).toBe(0);
  // The one that was being asked when the end came is asked again.
  expect(calls()).toBe(all + 1);
  const answer = (text: string) => /of 120 differences[\s\S]*?proven/.exec(text)?.[0];
  expect(answer(resumed.stdout)).toBe(answer(alone.stdout));
});

it('is the only one at its search', async () => {
  const slow = 'echo x >> begun; while [ ! -e go ]; do sleep 0.1; done; grep -q O7=y $STUB_MATRIX_CONFIG';
  const first = bisect(slow, '--builders', '1');
  while (!existsSync(join(folder, 'begun'))) await sleep(100);
  const second = await bisect(slow, '--builders', '1', '--resume');
  expect(second.stderr).toContain('another process is at this search');
  expect(second.exitCode).toBe(2);
  writeFileSync(join(folder, 'go'), '');
  expect((await first).exitCode).toBe(0);
});

it.each([
  [['false'], 2, 'the good configuration fails; nothing was searched'],
  [['true'], 2, 'the bad configuration passes; nothing was searched'],
  [['grep -q "O7 is not" $STUB_MATRIX_CONFIG'], 2, 'they are exchanged'],
  [['exit 125'], 125, 'the good configuration cannot be judged'],
  [['no-such-program'], 125, 'ended with 127, which is no verdict'],
  [[culprits, '--builders', '0'], 2, '--builders 0: give a whole number'],
  [[culprits, '--resume'], 2, 'there is no search to go on with'],
  [[culprits, '--kernel-tree', '.'], 2, 'there is no Kconfig in it'],
  [[culprits, '--cell', 'debian13-x86_64-xfs'], 2, 'either cells judge or a command'],
] as const)('refuses %j', async ([judge, ...more], code, words) => {
  const { exitCode, stderr } = await bisect(judge, ...more);
  expect(stderr).toContain(words);
  expect(stderr).not.toContain('    at ');
  expect(exitCode).toBe(code);
});

it('says what is missing', async () => {
  const { stderr, exitCode } = await command(
    'bisect',
    '--good',
    'good.config',
    '--bad',
    'nosuch.config',
    '--run',
    'true',
  );
  expect(stderr).toContain('--bad nosuch.config: it cannot be read');
  expect(exitCode).toBe(2);
  expect((await command('bisect', '--bad', 'bad.config', '--run', 'true')).stderr).toContain('--good FILE is missing');
  const nobody = await command('bisect', '--good', 'good.config', '--bad', 'bad.config');
  expect(nobody.stderr).toContain('what judges a configuration?');
});

it('takes a fragment on top of the good configuration, and no fragment on top of nothing', async () => {
  writeFileSync(join(folder, 'off.fragment'), '# CONFIG_O7 is not set\n# CONFIG_O8 is not set\n');
  const args = ['--run', 'grep -q O7=y $STUB_MATRIX_CONFIG', '--out', 'out'];
  const found = await command('bisect', '--good', 'good.config', '--bad', 'off.fragment', ...args);
  expect(found.stdout).toContain('of 2 differences one breaks:\n    CONFIG_O7: y → off');
  const nothing = await command('bisect', '--good', 'off.fragment', '--bad', 'bad.config', ...args);
  expect(nothing.stderr).toContain('a fragment goes on top of a configuration, and there is none below this one');
});

it('refuses cells that cannot judge together', async () => {
  const cells = (...args: string[]) => command('bisect', '--bad', 'bad.config', ...args);
  const two = await cells('--cell', 'debian13-x86_64-xfs', '--cell', 'debian13-aarch64-xfs');
  expect(two.stderr).toContain('the cells are of');
  expect((await cells('--cell', 'debian13-x86_64-xyz')).stderr).toContain('debian13-x86_64-xfs');
});

it('finds which options can all be off', async () => {
  const judge = 'grep -q O7=y $STUB_MATRIX_CONFIG && grep -q O99=y $STUB_MATRIX_CONFIG';
  const { stdout, exitCode } = await command('minimise', '--config', 'good.config', '--run', judge, '--out', 'out');
  expect(exitCode).toBe(0);
  expect(stdout).toContain('118 of 120 options can be off, all together');
  const unset = readFileSync(join(folder, 'out/unset.config'), 'utf8');
  expect(unset).toContain('# CONFIG_O8 is not set\n');
  expect(unset).not.toMatch(/O7 |O99 /);
});
