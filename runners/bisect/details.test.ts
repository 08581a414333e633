import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readKconfig } from '../../image/kernel/kconfig/tree.ts';
import { type About, detailsOf } from './details.ts';
import { on } from './kconfig/kconfig.test-support.ts';

const KCONFIG = `config NET
	bool "Networking"
	help
	  Talks to others.

config VIRTIO_NET
	bool "Virtio network driver"
	depends on NET

config INET
	bool "TCP/IP"
	depends on NET && !VIRTIO_NET
`;

let tree: string;
let about: About;
beforeAll(async () => {
  tree = await mkdtemp(join(tmpdir(), 'details-'));
  await writeFile(join(tree, 'Kconfig'), KCONFIG);
  const options = await readKconfig(tree, 'x86');
  const fragments = [
    { name: 'require.config', text: '# why\nCONFIG_NET=y\n' },
    { name: 'unset.config', text: '# CONFIG_VIRTIO_NET is not set\n' },
    { name: 'x86_64.config', text: '' },
  ];
  about = { options, tree, srcarch: 'x86', good: on(['NET', 'VIRTIO_NET']), fragments };
});
afterAll(() => rm(tree, { recursive: true }));

const details = (name: string, more: Partial<About> = {}) =>
  detailsOf({ name, good: 'y', bad: 'n', oneWith: [] }, { ...about, ...more });

test('an option is told with its prompt, its help, who needs it and who asks for it', async () => {
  expect(await details('NET')).toEqual([
    'CONFIG_NET, "Networking" (Kconfig:1)',
    '  | Talks to others.',
    '  on in the good configuration and depending on it: VIRTIO_NET',
    '  require.config:2 asks for it: CONFIG_NET=y',
  ]);
});

test('where a fragment asks otherwise that is told, with the one in which it belongs', async () => {
  const lines = await details('VIRTIO_NET');
  expect(lines.slice(1)).toEqual([
    '  nothing that is on in the good configuration depends on it',
    '  unset.config asks otherwise; take that line out',
    '  to be put into require.config: CONFIG_VIRTIO_NET=y',
  ]);
});

test('of configurations that are not ours no fragment is named', async () => {
  expect((await details('VIRTIO_NET', { fragments: [] })).join('\n')).not.toContain('.config');
  expect(await details('NO_SUCH')).toEqual(['CONFIG_NO_SUCH: Kconfig of this tree does not know it']);
});
