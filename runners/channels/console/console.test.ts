import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { type Daemon, startDaemon } from '../../process/daemon.ts';
import { Console } from './console.ts';

/** A real shell on a real pseudo terminal behind a UNIX socket, 80 columns wide as a serial console is. */
async function shell(command: string): Promise<Console> {
  const folder = await mkdtemp(join(tmpdir(), 'console-'));
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'socket');
  const env = { PS1: 'prompt# ', TERM: 'vt220', COLUMNS: '80', HISTFILE: '/dev/null' };
  const daemon: Daemon = await startDaemon(
    ['socat', `UNIX-LISTEN:${path}`, `EXEC:${command},pty,ctty,setsid,stderr,sane`],
    { log: join(folder, 'log'), env },
  );
  cleanup.use(daemon);
  const console = await Console.connect(path, { awaiting: 'the shell', timeout: 5 });
  cleanup.use(console);
  return console;
}

let cleanup = new AsyncDisposableStack();
afterEach(async () => {
  await cleanup.disposeAsync();
  cleanup = new AsyncDisposableStack();
});

const BASH = 'bash --norc --noprofile -i';
const soon = { awaiting: 'an answer', timeout: 5 };

describe.each([BASH, 'dash -i'])('a command typed at %s', (command) => {
  test('gives its status and output', async () => {
    const console = await shell(command);
    expect(await console.execute('echo one; echo two >&2; false', soon)).toEqual({ status: 1, output: 'one\ntwo' });
    expect(await console.execute('cd /; printf \'%s\' "$PWD" # here', soon)).toEqual({ status: 0, output: '/' });
    expect(await console.execute('pwd', soon)).toEqual({ status: 0, output: '/' });
  });

  test('may be longer than the terminal is wide, and than one line', async () => {
    const console = await shell(command);
    const long = `echo ${'word '.repeat(60)}`;
    expect((await console.execute(long, soon)).output).toBe(`${'word '.repeat(59)}word`);
    expect((await console.execute('for i in 1 2 3\ndo echo "it\'s $i"\ndone', soon)).output).toBe(
      "it's 1\nit's 2\nit's 3",
    );
  });

  test('is not taken for done by the echo of what was typed', async () => {
    const console = await shell(command);
    const began = performance.now();
    expect(await console.execute('sleep 0.5; exit 3 | cat; (exit 3)', soon)).toEqual({ status: 3, output: '' });
    expect(performance.now() - began).toBeGreaterThan(400);
  });

  test('that does not end is a failure of the guest, which names what was awaited', async () => {
    const console = await shell(command);
    const waited = console.execute('sleep 9', { awaiting: 'the end of the nap', timeout: 0.3 });
    await expect(waited).rejects.toMatchObject({
      fault: 'guest',
      code: 'console-timeout',
      message: expect.stringContaining('the end of the nap'),
    });
  });
});

test('a command that a line editor would act upon is refused', async () => {
  const console = await shell(BASH);
  await expect(console.execute('ls /etc/pass\t', soon)).rejects.toMatchObject({ code: 'command-untypable' });
});

test('a wait goes on behind the last match, unless it is told where to look', async () => {
  const console = await shell(BASH);
  const first = await console.waitFor('prompt#', soon);
  console.sendLine('echo $((6*7)); echo $((6*7+1))');
  const number = await console.waitFor(/^\d+$/m, soon);
  expect(number.text).toBe('42');
  expect((await console.waitFor(/^(\d)(\d)$/m, soon)).groups).toEqual(['4', '3']);
  await expect(console.waitFor(/^\d+$/m, { ...soon, timeout: 0.2 })).rejects.toThrow('not seen within 0.2 s');
  expect((await console.waitFor(/^\d+$/m, { ...soon, from: first.end })).position).toBe(number.position);
});

test('what is seen first decides: the pattern, or what makes waiting pointless', async () => {
  const console = await shell(BASH);
  const failOn = [{ pattern: /^Kernel panic.*/m, code: 'guest-panic', message: 'the kernel panicked' }];
  console.sendLine("echo 'Kernel' 'panic - not syncing'; echo log''in:");
  await expect(console.waitFor('login:', { ...soon, failOn })).rejects.toMatchObject({
    fault: 'guest',
    code: 'guest-panic',
    message: expect.stringContaining('Kernel panic - not syncing'),
  });
  console.sendLine("echo log''in:; echo 'Kernel' 'panic'");
  const from = console.position;
  await expect(console.waitFor('login:', { ...soon, from, failOn })).resolves.toMatchObject({ text: 'login:' });
});

test('a closed console is the harness’s affair, and all that was said before stays', async () => {
  const console = await shell(BASH);
  console.sendLine('echo last words; exit');
  await expect(console.waitFor('never', soon)).rejects.toMatchObject({ fault: 'harness', code: 'console-closed' });
  expect(console.text()).toContain('\nlast words\n');
  expect(() => console.send('x')).toThrow('closed');
});

test('an aborted wait ends with the reason of the signal', async () => {
  const console = await shell(BASH);
  const reason = new Error('interrupted by the user');
  const controller = new AbortController();
  const waited = console.waitFor('never', { ...soon, signal: controller.signal });
  controller.abort(reason);
  await expect(waited).rejects.toBe(reason);
});

test('lines are told as they end', async () => {
  const console = await shell(BASH);
  const lines: string[] = [];
  console.onLine((line) => lines.push(line));
  await console.execute('printf "10%%\\r20%%\\r\\nready\\n"', soon);
  expect(lines).toEqual(expect.arrayContaining(['10%', '20%', 'ready']));
  expect(console.lines.at(-1)).toMatch(/^end-/);
});
