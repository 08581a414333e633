import { expect } from 'vitest';
import type { Cell } from '../runners/cell/cell.ts';
import { atConsole } from './vocabulary.ts';

/** What a system must answer for from outside, be it stub itself or what it installed: bodies of checks. */

/** The only address that QEMU's user network leases. */
export const GUEST_IPV4 = '10.0.2.15';

export async function resolvesOverIpv4(cell: Cell): Promise<void> {
  const answer = await cell.guest.resolve(cell.hostName, 'A', 'ipv4');
  expect(answer?.addresses ?? [], `addresses of ${cell.hostName}`).toEqual([GUEST_IPV4]);
}

export async function resolvesOverIpv6(cell: Cell): Promise<void> {
  const answer = await cell.guest.resolve(cell.hostName, 'AAAA', 'ipv6');
  expect(answer?.addresses ?? [], `addresses of ${cell.hostName}`).toContainEqual(expect.stringMatching(/^fe(c0|80):/));
}

export async function agentAnswers(cell: Cell): Promise<void> {
  await cell.guest.agent('the ping of the guest agent', (agent, patience) => agent.ping(patience));
}

export async function noUnitHasFailed(cell: Cell): Promise<void> {
  const state = 'systemctl is-system-running --wait || systemctl --failed --no-legend';
  expect(await atConsole(cell).succeed(state)).toBe('running');
}
