import { expect, test } from 'vitest';
import { parseConfiguration } from './configuration.ts';
import { merge, parseFragments } from './fragment.ts';
import { ourFragments } from './kernel.ts';
import { kernels } from './rows.ts';

test('a fragment is read with where each line stands', () => {
  const text = '# Why.\n\nCONFIG_A=y\n# CONFIG_B is not set\nCONFIG_NAME="a \\"b\\""\n';
  expect(parseFragments([{ name: 'f', text }])).toEqual([
    { name: 'A', value: 'y', at: 'f:3' },
    { name: 'B', value: 'n', at: 'f:4' },
    { name: 'NAME', value: 'a "b"', at: 'f:5' },
  ]);
});

test('what is neither an option nor a comment is refused, and so is an option that is named twice', () => {
  const read = (text: string) => () => parseFragments([{ name: 'f', text }]);
  expect(read('CONFIG_A')).toThrow(/f:1: cannot read "CONFIG_A"/);
  expect(read('# CONFIG_A is not st')).toThrow(/f:1: cannot read/);
  expect(read('CONFIG_A=y\n# CONFIG_A is not set')).toThrow(/f:2: A is named already, in f:1/);
});

test('the last word has the last say, and modules of the base become built in', () => {
  const merged = merge('CONFIG_A=m\nCONFIG_B=m\nCONFIG_C="=m"', [
    { name: 'f', text: '# CONFIG_B is not set\nCONFIG_D=7' },
  ]);
  expect(merged.split('\n')).toEqual([
    'CONFIG_A=y',
    'CONFIG_B=y',
    'CONFIG_C="=m"',
    '# CONFIG_B is not set',
    'CONFIG_D=7',
  ]);
  expect(parseConfiguration('CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_C="x"\nCONFIG_E=n')).toEqual(
    new Map([
      ['A', 'y'],
      ['C', 'x'],
    ]),
  );
});

test.each(Object.keys(kernels) as (keyof typeof kernels)[])(
  'our own fragments for %s contradict nothing',
  async (arch) => {
    expect(parseFragments(await ourFragments(arch)).length).toBeGreaterThan(900);
  },
);
