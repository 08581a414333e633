import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { helpOf } from './help.ts';
import { readKconfig } from './tree.ts';

let source: string;
beforeEach(async () => {
  source = await mkdtemp(join(tmpdir(), 'help-'));
});
afterEach(() => rm(source, { recursive: true }));

const help = async (text: string, name: string) => {
  await writeFile(join(source, 'Kconfig'), text);
  const option = (await readKconfig(source, 'x86')).get(name);
  return option && helpOf(source, option);
};

const KCONFIG = `config A
	bool "The \\"first\\""
	depends on X
	help
	  One line.

	  Another
	    config B is not one.

	select B

comment "between"

config B
	tristate
	prompt "Second" if A
	default A

config C
	def_bool y
`;

test('a help text and its prompt are those of the option, and end with it', async () => {
  expect(await help(KCONFIG, 'A')).toEqual({
    prompt: 'The \\"first\\"',
    lines: ['One line.', '', 'Another', 'config B is not one.'],
  });
});

test('an option without a help text has none, and does not take the next one', async () => {
  expect(await help(KCONFIG, 'B')).toEqual({ prompt: 'Second', lines: [] });
  expect(await help(KCONFIG, 'C')).toEqual({ prompt: '', lines: [] });
});
