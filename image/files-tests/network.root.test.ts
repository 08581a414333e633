import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { run } from '../../runners/process/command.ts';

test('a network of its own has no way out until it is given one', async () => {
  const library = fileURLToPath(new URL('../files/usr/lib/stub/install/network.sh', import.meta.url));
  const script = `. "$0"
    has_route || echo none
    ip link set lo up; ip route add default dev lo
    has_route && echo one`;
  const { stdout } = await run(['unshare', '--net', 'bash', '-c', script, library]);
  expect(stdout).toBe('none\none');
});
