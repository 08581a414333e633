import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Console } from '../runners/channels/console/console.ts';
import { makeKeyPair } from '../runners/channels/ssh/keys.ts';
import { Ssh } from '../runners/channels/ssh/ssh.ts';
import { freePort, Sshd, unable } from '../runners/channels/ssh/sshd.test-support.ts';
import { startDaemon } from '../runners/process/daemon.ts';
import { classify } from './harness/classify.ts';
import { type Vocabulary, vocabulary, type Way } from './vocabulary.ts';

/** The words of checks, against this host: through a real sshd, and at a real shell on a terminal. */
const stack = new AsyncDisposableStack();
const spans: string[] = [];
const interruption = new AbortController();
let folder: string;
let ssh: Ssh;
let guest: Vocabulary;
let terminal: Vocabulary;
let screen: Console;

async function connect(): Promise<Ssh> {
  const keys = await makeKeyPair(join(folder, 'keys'), 'stub-matrix test');
  const sshd = stack.use(await Sshd.prepare(keys.publicKey));
  sshd.start();
  const { port, user } = sshd;
  const { privateKey } = keys;
  const target = { host: '127.0.0.1', port, user, privateKey, timeout: 20, awaiting: 'the test server' };
  return stack.use(await Ssh.connect(target));
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vocabulary-'));
  stack.defer(() => rmSync(folder, { recursive: true }));
  if (unable === '') ssh = await connect();

  const path = join(folder, 'socket');
  const env = { PS1: 'prompt# ', TERM: 'vt220', HISTFILE: '/dev/null', PATH: process.env.PATH ?? '' };
  const shell = 'EXEC:bash --norc --noprofile -i,pty,ctty,setsid,stderr,sane';
  stack.use(await startDaemon(['socat', `UNIX-LISTEN:${path}`, shell], { log: join(folder, 'log'), env }));
  screen = stack.use(await Console.connect(path, { awaiting: 'the shell', timeout: 20 }));

  const common: Omit<Way, 'name' | 'run'> = {
    patience: 60,
    slowness: 1,
    signal: interruption.signal,
    see: async (pattern, awaiting, timeout) => (await screen.waitFor(pattern, { awaiting, timeout })).text,
    span: (name, work) => {
      spans.push(name);
      return work();
    },
  };
  guest = vocabulary({
    ...common,
    name: 'over SSH',
    run: async (command, timeout) => {
      const { exitCode, ...rest } = await ssh.exec(command, { timeout });
      return { status: exitCode, ...rest };
    },
  });
  terminal = vocabulary({
    ...common,
    name: 'at the console',
    run: async (command, timeout) => {
      const { status, output } = await screen.execute(command, { awaiting: command, timeout });
      return { status, stdout: output, stderr: '' };
    },
  });
});
afterAll(() => stack.disposeAsync());

/** What a report would say. */
const verdict = (work: Promise<unknown>) =>
  work.then(
    () => 'passed',
    (error) => {
      const { status, reason } = classify(error);
      return `${status} ${reason.code}: ${reason.message}`;
    },
  );

describe.each([
  [`over SSH${unable && ` (skipped: without ${unable})`}`, unable === '', () => guest, 'over SSH'],
  ['at the console', true, () => terminal, 'at the console'],
] as const)('%s', (_, able, words, way) => {
  test.runIf(able)(
    'what succeeds gives its output, what does not is a failure with status and last lines',
    async () => {
      expect(await words().succeed('echo one; echo two')).toBe('one\ntwo');
      const said = await verdict(words().succeed('seq 100; ls /no-such'));
      expect(said).toContain(`failed command-failed: "seq 100; ls /no-such" ${way} ended with status 2:\n87\n`);
      expect(said).toMatch(/99\n100\n.*no-such/);
    },
  );

  test.runIf(able)('what fails gives its words, and what cannot be run has not failed', async () => {
    expect(await words().fail('ls /no-such')).toMatch(/no-such/);
    expect(await verdict(words().fail('echo fine'))).toMatch(/^failed command-succeeded: "echo fine".*\nfine\n/);
    expect(await verdict(words().fail('no-such-program'))).toMatch(/^failed command-missing: /);
  });

  test.runIf(able)('waits until it succeeds, and says how often it was tried and how it ended last', async () => {
    const file = join(folder, `flag ${way}`);
    setTimeout(() => writeFileSync(file, 'here'), 700);
    expect(await words().waitUntilSucceeds(`cat '${file}'`, { within: 20 })).toBe('here');
    await words().waitForFile(file);
    setTimeout(() => rmSync(file), 700);
    await words().waitUntilFails(`test -e '${file}'`, { within: 20 });
    expect(existsSync(file)).toBe(false);
    expect(await verdict(words().waitForFile(file, { within: 1 }))).toMatch(
      /^failed wait-timeout: waited 1 s for the file .*flag.*, tried \d times; last, "test -e .*" .* ended with status 1:\n\(no output\)$/,
    );
    expect(spans).toContain(`wait for "cat '${file}'" to succeed`);
  });
});

test('waits for what listens, on any address', async () => {
  const server = createServer();
  const port = await freePort();
  setTimeout(() => server.listen(port), 700);
  await terminal.waitForPort(port, { within: 20 });
  await new Promise((closed) => server.close(closed));
  expect(await verdict(terminal.waitForPort(port, { within: 1 }))).toMatch(
    new RegExp(`^failed wait-timeout: waited 1 s for port ${port} to be listened on`),
  );
});

test('waits for text on the console that comes from now on', async () => {
  await terminal.succeed('echo before');
  const seen = terminal.waitForConsole(/after \d+/, { within: 20 });
  screen.sendLine("sleep 0.5; echo 'after' 42");
  expect(await seen).toBe('after 42');
  expect(await verdict(terminal.waitForConsole(/before/, { within: 1 }))).toMatch(
    /^failed console-timeout: \/before\/ on the console: not seen within 1 s/,
  );
  expect(spans).toContain('wait for /after \\d+/ on the console');
});

test('a unit that has failed is not waited for, and a name is not taken apart by the shell', async () => {
  // A systemctl that knows one unit, found first.
  const script = `#!/bin/sh
case "$1 $2" in
  'is-active broken.service') echo failed; exit 3 ;;
  'is-active '*) echo inactive; exit 3 ;;
esac
echo "broken.service: Failed with result 'exit-code'."
exit 3
`;
  writeFileSync(join(folder, 'systemctl'), script, { mode: 0o755 });
  await terminal.succeed(`PATH=${folder}:$PATH`);
  const began = performance.now();
  expect(await verdict(terminal.waitForUnit('broken.service', { within: 60 }))).toBe(
    "failed unit-failed: the unit broken.service has failed:\nbroken.service: Failed with result 'exit-code'.",
  );
  expect(performance.now() - began).toBeLessThan(20_000);
  const other = `other; touch ${folder}/oops`;
  expect(await verdict(terminal.waitForUnit(other, { within: 1 }))).toMatch(
    /^failed wait-timeout: waited 1 s for the unit other; touch .*\ninactive$/,
  );
  expect(existsSync(join(folder, 'oops'))).toBe(false);
});

test.runIf(unable === '')('a connection that breaks is no status of a command', async () => {
  await ssh[Symbol.asyncDispose]();
  expect(await verdict(guest.succeed('true'))).toMatch(/^failed ssh-lost: /);
  expect(await verdict(guest.fail('true'))).toMatch(/^failed ssh-lost: /);
});

test('an interruption ends a wait', async () => {
  const waited = verdict(terminal.waitUntilSucceeds('false'));
  await sleep(300);
  interruption.abort(new Error('the run was interrupted'));
  expect(await waited).toMatch(/abort|interrupted/);
});
