import { expect, test } from 'vitest';
import { answerOf, budgetOf, type Phase, paceOf } from './budgets.ts';

const proof = (accelerator: 'kvm' | 'tcg', seconds: number) => ({ accelerator, seconds, because: 'a test' });
const phases: readonly Phase[] = ['boot-stub', 'install', 'shutdown', 'boot-installed', 'power-off'];

test('a guest that gives up by itself is outwaited: its words say more than ours', () => {
  const still = (phase: Phase) => budgetOf(phase, proof('kvm', 0.5)).still;
  // dracut's rd.retry, and systemd's 90 s for a job, twice where it has to kill.
  for (const phase of ['boot-installed', 'shutdown', 'power-off'] as const) expect(still(phase)).toBeGreaterThan(180);
  // apt's and curl's 120 s for a server.
  expect(still('install')).toBeGreaterThan(120);
});

test.each(phases)('%s: the ceiling is far away, also for a guest that spins or loops till the end', (phase) => {
  for (const each of [proof('kvm', 1), proof('tcg', 3), proof('tcg', 100)]) {
    const { still, spin, loop, ceiling } = budgetOf(phase, each);
    expect(ceiling).toBeGreaterThan(3 * Math.max(still, loop));
    expect(ceiling).toBeGreaterThan(2 * spin);
  }
});

test('what the probe took makes everything longer, and never shorter', () => {
  expect(paceOf(proof('tcg', 2.5))).toBe(1);
  expect(paceOf(proof('kvm', 0.1))).toBe(1);
  expect(paceOf(proof('tcg', 12))).toBe(4);
  // One that ran beside a kernel's build, once.
  expect(paceOf(proof('tcg', 59))).toBe(8);
  const [fast, slow] = [budgetOf('install', proof('tcg', 3)), budgetOf('install', proof('tcg', 12))];
  for (const key of ['still', 'spin', 'loop', 'held', 'ceiling'] as const) expect(slow[key]).toBe(4 * fast[key]);
});

test('an answer is waited for as long as the host, or what else runs on it, makes the guest slower', () => {
  expect(answerOf(proof('tcg', 3), { slowness: 1 })).toBe(120);
  expect(answerOf(proof('tcg', 3), { slowness: 4 })).toBe(480);
  expect(answerOf(proof('tcg', 12), { slowness: 2 })).toBe(480);
});
