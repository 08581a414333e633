import { expect, test } from 'vitest';
import { LineCutter } from './json-lines.ts';

test.each([1, 2, 3, 7, 100])('lines come out whole from chunks of %d bytes', (size) => {
  const bytes = Buffer.from('{"a":"日本"}\r\n\nlast\nrest');
  const cutter = new LineCutter();
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    lines.push(...cutter.push(bytes.subarray(at, at + size)).map((line) => line.toString()));
  }
  expect(lines).toEqual(['{"a":"日本"}\r', '', 'last']);
  expect(cutter.push(Buffer.from('\n')).map(String)).toEqual(['rest']);
});
