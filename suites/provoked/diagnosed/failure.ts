import { expect } from 'vitest';
import type { Cell } from '../../../runners/cell/cell.ts';
import type { EventBody } from '../../../runners/events/event.ts';
import type { Diagnosis } from '../../../runners/events/observations.ts';
import { suite } from '../../cell.ts';
import { classify, type Problem } from '../../harness/classify.ts';
import { record } from './record.ts';

/** What has to be said of a failure. */
export interface Expected {
  /** The title of the check in suites/cell.ts that fails. */
  readonly check: string;
  /** The row of the catalogue in runners/machine/diagnosis that explains it. */
  readonly code: string;
  /** What must stand in the sentence. */
  readonly says: RegExp;
}

/** Something that goes wrong in a guest that is up. `provoke` is called right before the check. */
export interface Failure extends Expected {
  readonly name: string;
  readonly provoke: (cell: Cell) => Promise<void>;
}

export const CHECKS = {
  boot: 'stub reaches the root shell on its console',
  install: 'the installer, typed at that shell, ends well',
  handover: 'the reboot hands over by kexec to the installed kernel',
  reboot: 'a second reboot, asked for by the guest, comes up by kexec again',
} as const;

/** How it went with all failures of this process. */
const score = { right: 0, wrong: [] as string[], empty: [] as string[] };

/** Prints it: how many were diagnosed rightly, wrongly or not at all. */
export function tellScore(): void {
  const { right, wrong, empty } = score;
  const lines = [`diagnosed: ${right} right, ${wrong.length} wrong, ${empty.length} empty`, ...wrong, ...empty];
  console.log(lines.join('\n  '));
}

/** The diagnoses that a cell tells, newest last. */
export function diagnosesOf(): { readonly emit: (event: EventBody) => void; readonly told: Omit<Diagnosis, 'time'>[] } {
  const told: Omit<Diagnosis, 'time'>[] = [];
  return { told, emit: (event) => void (event.type === 'diagnosis' && told.push(event)) };
}

/** What the suite says when its check of this title runs. */
export async function verdict(cell: Cell, title: string): Promise<Problem | 'passed'> {
  const check = suite.checks.find((each) => each.title === title);
  if (!check) throw new Error(`the suite has no check "${title}"`);
  try {
    await check.body(cell);
    return 'passed';
  } catch (error) {
    return classify(error);
  }
}

/** Has the check fail, and the cell tell its diagnosis, as a run would. */
export async function expectDiagnosis(
  cell: Cell,
  told: readonly Omit<Diagnosis, 'time'>[],
  name: string,
  { check, code, says }: Expected,
): Promise<Problem> {
  const said = await verdict(cell, check);
  if (said === 'passed') throw new Error(`${name}: "${check}" passed`);
  const before = told.length;
  cell.onFailure(said.reason, check);
  const diagnosis = told.slice(before).at(-1);
  await record(name, code, cell, check, said.reason);
  console.log(`${name} | ${said.reason.code} | ${diagnosis?.code} | ${diagnosis?.sentence}`);
  if (!diagnosis) score.empty.push(name);
  else if (diagnosis.code === code && says.test(diagnosis.sentence)) score.right += 1;
  else score.wrong.push(`${name}: ${diagnosis.code}: ${diagnosis.sentence}`);
  expect.soft(diagnosis, name).toMatchObject({ code, sentence: expect.stringMatching(says) });
  return said;
}
