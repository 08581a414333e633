import { expect } from 'vitest';
import { Cell } from '../../runners/cell/cell.ts';
import { cellSuite } from '../harness/check.ts';
import { agentAnswers, noUnitHasFailed, resolvesOverIpv4, resolvesOverIpv6 } from '../reachable.ts';
import { overSsh } from '../vocabulary.ts';

const alone = { independent: true };

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

  check("stub's host name resolves over LLMNR: A over IPv4", resolvesOverIpv4, alone);

  check("stub's host name resolves over LLMNR: AAAA over IPv6", resolvesOverIpv6, alone);

  check("stub's guest agent answers", agentAnswers, alone);

  check('no unit of stub has failed', noUnitHasFailed, alone);

  check('asked from outside to power off, stub ends QEMU', (cell) => cell.powerOff());
});
