import { explain, HarnessError, UsageError } from '../runners/errors.ts';
import { exitCodeOf, exitCodes } from './exit.ts';
import { parseFlags } from './flags.ts';
import { commandHelp, commandNamed, overview } from './help.ts';

const interruption = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    // The first asks for an orderly end; who asks again will not wait, but those who listen too may write what must be.
    if (interruption.signal.aborted) setImmediate(() => process.exit(exitCodes.interrupted));
    interruption.abort(new HarnessError({ code: 'interrupted', message: `interrupted by ${name}` }));
  });
}

/** Writes and goes on only when it is written: process.exit would cut off what still waits in a pipe. */
const write = (stream: NodeJS.WriteStream, text: string) =>
  new Promise<void>((resolve) => {
    stream.write(text, () => resolve());
  });

async function main(words: readonly string[]): Promise<number> {
  const [name, ...rest] = words[0] === '--' ? words.slice(1) : words;
  if (name === undefined || name === '--help' || name === '-h') {
    await write(process.stdout, `${overview()}\n`);
    return exitCodes.passed;
  }
  if (name.startsWith('-')) {
    throw new UsageError({
      code: 'no-command',
      message: `a command comes first, but this is a flag: ${name}`,
      command: `./stub-matrix run ${[name, ...rest].join(' ')}`,
    });
  }
  const command = commandNamed(name);
  const parsed = parseFlags(name, rest, command.flags, command.words);
  if (parsed.flags.has('help')) {
    await write(process.stdout, `${commandHelp(name)}\n`);
    return exitCodes.passed;
  }
  const { start } = await command.load();
  return await start(parsed, {
    cwd: process.cwd(),
    env: process.env,
    print: (line) => process.stdout.write(`${line}\n`),
    signal: interruption.signal,
    install: !parsed.flags.has('no-install') && !process.env.STUB_MATRIX_NO_INSTALL,
  });
}

let code: number;
try {
  code = await main(process.argv.slice(2));
} catch (error) {
  code = exitCodeOf(error, interruption.signal.aborted);
  await write(process.stderr, `stub-matrix: ${explain(error)}\n`);
}
await write(process.stdout, '');
process.exit(code);
