import { expect, test } from 'vitest';
import { conjuncts, evaluate, parseExpression, tokenize, describe as told } from './expression.ts';

const values = new Map([
  ['ON', 'y'],
  ['MODULE', 'm'],
  ['COUNT', '64'],
  ['NAME', 'deflate'],
]);
const read = (text: string) => parseExpression(tokenize(text));

test.each([
  ['ON', true],
  ['MODULE', true],
  ['OFF', false],
  ['!OFF && ON', true],
  ['OFF || ON && !ON', false],
  ['(OFF || ON) && !OFF', true],
  ['COUNT >= 8 && COUNT < 128', true],
  ['NAME = "deflate"', true],
  ['NAME != "lzo" && OFF = n', true],
  // Asks the compiler, which we do not: taken to hold.
  ['$(cc-option,-mfoo -DX=(1)) && ON', true],
])('%s is %s', (text, holds) => {
  expect(evaluate(read(text), values)).toBe(holds);
});

test('a condition is told with the values of its options, in as few parentheses as it needs', () => {
  expect(told(read('A && (ON || B) && !(C && D)'), values)).toBe(
    'A [=n] && (ON [=y] || B [=n]) && !(C [=n] && D [=n])',
  );
  expect(conjuncts(read('A && (B || C) && D')).map((part) => told(part, values))).toEqual([
    'A [=n]',
    'B [=n] || C [=n]',
    'D [=n]',
  ]);
});
