import { expect } from 'vitest';
import { Cell } from '../../runners/cell/cell.ts';
import { cellSuite } from '../harness/check.ts';
import { atConsole, overSsh } from '../vocabulary.ts';

const alone = { independent: true };

/** The only address that QEMU's user network leases. */
const GUEST_IPV4 = '10.0.2.15';

/**
 * What stub itself must show on a machine with an empty disk: all that an installer and its user need of its kernel. A disk that is
 * installed already asks less of it, no network for example.
 */
export const stubSuite = cellSuite(Cell.open, (check) => {
  check('the stub image is built or reused', async (cell) => {
    await cell.prepare();
  });

  check('stub reaches the root shell on its console', async (cell) => {
    await cell.bootStub();
    const [stub] = cell.systems.seen;
    expect(stub?.root.type, 'a writable overlay on the read-only squashfs').toBe('overlay');
  });

  check(
    'stub lets in over SSH the key that its machine was given',
    async (cell) => {
      expect(await overSsh(cell).succeed('hostname')).toBe(cell.hostName);
    },
    alone,
  );

  check(
    "stub's host name resolves over LLMNR: A over IPv4",
    async (cell) => {
      const answer = await cell.guest.resolve(cell.hostName, 'A', 'ipv4');
      expect(answer?.addresses ?? [], `addresses of ${cell.hostName}`).toEqual([GUEST_IPV4]);
    },
    alone,
  );

  check(
    "stub's host name resolves over LLMNR: AAAA over IPv6",
    async (cell) => {
      const answer = await cell.guest.resolve(cell.hostName, 'AAAA', 'ipv6');
      expect(answer?.addresses ?? [], `addresses of ${cell.hostName}`).toContainEqual(
        expect.stringMatching(/^fe(c0|80):/),
      );
    },
    alone,
  );

  check(
    "stub's guest agent answers",
    async (cell) => {
      await cell.guest.agent('the ping of the guest agent', (agent, patience) => agent.ping(patience));
    },
    alone,
  );

  check(
    'no unit of stub has failed',
    async (cell) => {
      const state = 'systemctl is-system-running --wait || systemctl --failed --no-legend';
      expect(await atConsole(cell).succeed(state)).toBe('running');
    },
    alone,
  );

  check('asked from outside to power off, stub ends QEMU', (cell) => cell.powerOff());
});
