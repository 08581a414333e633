import { expect, test } from 'vitest';
import { TerminalReader } from './terminal.ts';

function read(...chunks: (string | Buffer)[]): string {
  const reader = new TerminalReader();
  return chunks.map((chunk) => reader.push(Buffer.from(chunk))).join('');
}

const NOISE = [
  ['colours', '\x1b[0;1;32m  OK  \x1b[0m ready', '  OK   ready'],
  ['a window title with blanks', '\x1b]0;root@stub: ~\x07# ', '# '],
  ['systemd’s context marks', '\x1b]3008;start=1;type=boot\x1b\\Welcome', 'Welcome'],
  ['questions to the terminal', '\x1b[6n\x1b[?2004hlogin', 'login'],
  ['reset and character sets', '\x1bc\x1b(Bx', 'x'],
  ['line ends', 'a\r\nb\r\r\nc\rd\x07\x08', 'a\nb\nc\nd'],
  ['letters of several bytes', 'naïve – 日本', 'naïve – 日本'],
] as const;

test.each(NOISE)('%s', (_, raw, clean) => {
  expect(read(raw)).toBe(clean);
});

test.each(NOISE)('%s, a byte at a time', (_, raw, clean) => {
  expect(read(...[...Buffer.from(raw)].map((byte) => Buffer.of(byte)))).toBe(clean);
});

test('what only looks like the beginning of a sequence is not held back for ever', () => {
  expect(read(`\x1b]${'x'.repeat(5000)}`)).toContain('xxx');
});
