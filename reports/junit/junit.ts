import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import exported, { type Builder, type TestCase, type TestSuite } from 'junit-report-builder';
import type { Reason } from '../../runners/events/event.ts';
import { type AttemptResult, type CellResult, type CheckResult, firstProblem, type RunResult } from '../fold.ts';
import { packagesLine } from '../packages.ts';
import { rateOf, rateText } from '../rate.ts';
import { clean } from './clean.ts';
import { type Retold, verdictsOf } from './reruns.ts';

/** Lines of the console that stand in the report itself; the whole log is attached. */
const tailLines = 60;

/** A CommonJS package whose types speak of a `default` that Node does not see: what is exported is the builder itself. */
const builder = exported as unknown as Builder;

/** An element of the document that the builder makes; its type is not exported by the builder. */
type Element = ReturnType<TestCase['build']>;
type Node = Pick<TestCase | TestSuite, 'build'>;

/** Milliseconds are as fine as the Surefire schema lets a duration be. */
const seconds = (value: number) => Math.max(0, Math.round(value * 1000) / 1000);

/**
 * The builder has no words for a test suite's host, nor for why a test was skipped, and it writes a `skipped` on the root
 * that the Jenkins schema does not know. `build` is public and hands out the element, so the rest is said there.
 */
function amend(node: Node, say: (element: Element, parent: Element) => void): void {
  const build = node.build.bind(node);
  node.build = (parent: Element) => {
    const element = build(parent);
    say(element, parent);
    return element;
  };
}

function body(reason: Reason): string {
  const rows = [
    reason.message,
    reason.evidence && `evidence: ${reason.evidence}`,
    reason.hint && `next: ${reason.hint}`,
    reason.command && `  $ ${reason.command}`,
    reason.stack && `\n${reason.stack}`,
  ];
  return rows.filter((row) => row).join('\n');
}

function addCheck(
  suite: TestSuite,
  className: string,
  { check, status, seconds: took, reason }: CheckResult,
): TestCase {
  const testCase = suite.testCase().className(className).name(clean(check)).time(seconds(took));
  const why = reason ?? { code: 'unknown', message: `${status} without a reason` };
  const message = clean(why.message);
  const type = clean(why.code);
  if (status === 'failed') testCase.failure(message, type).stacktrace(clean(body(why)));
  if (status === 'error') testCase.error(message, type, clean(body(why)));
  // A known failure is no verdict on what is being tested: readers of JUnit have no word for it but this one.
  if (status === 'skipped' || status === 'known') {
    testCase.skipped();
    amend(testCase, (element) => {
      for (const child of element.children as Element[]) if (child.name === 'skipped') child.att('message', message);
    });
  }
  return testCase;
}

/** What Surefire has in a test case, in its order. */
const ORDER = [
  ...['failure', 'rerunFailure', 'flakyFailure', 'skipped', 'error', 'rerunError', 'flakyError'],
  ...['system-out', 'system-err'],
];

/** Tells failures of other attempts beside the verdict. */
function addRetold(testCase: TestCase, retold: readonly Retold[], read: Read): void {
  amend(testCase, (element) => {
    for (const { element: name, result, attempt } of retold) {
      const { reason = { code: 'unknown', message: `${result.status} without a reason` } } = result;
      const child = element.ele(name, { message: clean(reason.message), type: clean(reason.code) });
      child.ele('stackTrace').cdata(clean(body(reason)));
      if (result === firstProblem(attempt)) child.ele('system-out').cdata(evidence(attempt, read));
    }
    (element.children as Element[]).sort((a, b) => ORDER.indexOf(a.name) - ORDER.indexOf(b.name));
  });
}

type Read = (path: string) => string;

/** The console's last lines, and a line for each file that Jenkins' attachments plugin and GitLab pick up. */
function evidence({ attachments }: Pick<AttemptResult, 'attachments'>, read: Read): string {
  const console = attachments.findLast((each) => each.name === 'console');
  const tail = console ? read(console.path).trimEnd().split('\n').slice(-tailLines) : [];
  return clean([...tail, ...attachments.map((each) => `[[ATTACHMENT|${each.path}]]`)].join('\n'));
}

/** Whose words the evidence stands beside: the first problem of an attempt, else what came last. */
const speakerOf = ({ checks }: Pick<AttemptResult, 'checks'>) =>
  firstProblem({ checks }) ?? checks.findLast((each) => each.status !== 'skipped');

function addCell(suite: TestSuite, result: RunResult, cell: CellResult, read: Read): void {
  const { id, arch, distro, fs } = cell.cell;
  const standIn = cell.archive === 'stand-in';
  suite
    .name(standIn ? `${id} (stand-in)` : id)
    .time(seconds(cell.seconds))
    .timestamp(new Date(cell.startedAt ?? result.startedAt).toISOString().slice(0, 19));
  amend(suite, (element, root) => {
    element.att('hostname', clean(result.properties.hostname ?? 'localhost'));
    root.removeAttribute('skipped');
  });
  const packages = packagesLine(result);
  const rate = result.repeat === undefined ? undefined : rateOf(cell);
  const properties = {
    ...result.properties,
    ...cell.facts,
    ...(cell.diagnosis ? { diagnosis: cell.diagnosis.sentence } : {}),
    ...(cell.attempts.length > 1 ? { attempts: cell.attempts.map(({ status }) => status).join(', ') } : {}),
    ...(standIn ? { 'stand-in': 'what ran is no verdict on the distribution itself' } : {}),
    ...(rate ? { 'pass rate': rateText(rate) } : {}),
    ...(packages === undefined ? {} : { 'packages of the run': packages }),
    ...(cell.rerun ? { rerun: cell.rerun } : {}),
  };
  for (const [name, value] of Object.entries(properties)) suite.property(clean(name), clean(value));

  for (const { result: check, attempt, retold } of verdictsOf(cell)) {
    const testCase = addCheck(suite, `${standIn ? 'stand-in' : 'stub'}.${arch}.${distro}.${fs}`, check);
    if (check === speakerOf(attempt)) testCase.standardOutput(evidence(attempt, read));
    if (retold.length > 0) addRetold(testCase, retold, read);
  }
}

/** A file that a crash took with it must not take the report along. */
function readOrSay(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    return `(not readable: ${(error as Error).message})`;
  }
}

/**
 * The run as JUnit XML: a test suite per cell, a test case per check, in class `stub.<arch>.<distro>.<fs>`, or `stand-in.…`,
 * so that who adds up classes never takes one for the other. Other attempts stand beside their verdict as Surefire has them
 * (`flakyFailure`, `rerunFailure`, …). What went wrong with the run as a whole is a suite of its own,
 * `stub-matrix`.
 */
export function junitXml(result: RunResult, read: Read = readOrSay): string {
  const report = builder.newBuilder().name(clean(`stub-matrix ${result.run}`));
  for (const cell of result.cells) addCell(report.testSuite(), result, cell, read);
  if (result.reason || result.cells.length === 0) {
    const reason = result.reason ?? { code: 'nothing-ran', message: 'there was no cell to run' };
    const suite = report.testSuite().name('stub-matrix').time(0);
    amend(suite, (_element, root) => root.removeAttribute('skipped'));
    addCheck(suite, 'stub', { check: 'the run came to its end', status: 'error', seconds: 0, reason });
  }
  return report.build();
}

/** Writes the report whole or not at all. */
export function writeJunit(result: RunResult, path: string): void {
  writeFileSync(`${path}.part`, junitXml(result), { mode: 0o600 });
  renameSync(`${path}.part`, path);
}
