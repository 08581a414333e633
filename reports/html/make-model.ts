import { statSync } from 'node:fs';
import { dirname, relative, sep } from 'node:path';
import { mirrorLines, packagesLine } from '../packages.ts';
import type { CellResult, Evidence, RunResult } from '../results.ts';
import { type Budget, embedConsoles, type Wanted } from './consoles.ts';
import type { AttemptView, CellBrief, Detail, FileLink, Model, Problem, Slot } from './model.ts';
import { type CellPast, foldPast, type History, present } from './past.ts';
import { decisive, type Judged, problemsOf, verdictOf } from './problems.ts';
import { changesSince, standing } from './standing.ts';
import { letterOf } from './words.ts';

/**
 * All that the page shows, as plain data.
 *
 * @param file the page's own absolute path: links in it are relative to that
 */
export function makeModel(result: RunResult, history: History, file: string, budget?: Budget): Model {
  const past = foldPast(history, result);
  const axes = axesOf(result);
  const position = axes.positions;
  const judged: Judged[] = [];
  const details: Detail[] = [];
  const slots: Slot[] = [];
  const wanted: Wanted[] = [];
  const commits = new Map(past.runs.map(({ run, commit }) => [run, commit]));
  const link = linker(dirname(file));

  for (const each of result.cells.toSorted((a, b) => position(a) - position(b))) {
    const index = judged.length;
    const before = past.of(each.cell.id);
    const commit = before.lastGood && commits.get(before.lastGood.run);
    const changes = changesSince(before.lastGood, each.facts, commit, result.properties.commit);
    judged.push({ result: each, brief: briefOf(each, before, axes.at(each)), changes });
    slots.push(...slotsOf(each, index, result.startedAt));
    const seen = decisive(each);
    const log = seen?.attachments.findLast(({ name }) => name === 'console');
    if (seen && log) wanted.push({ cell: index, bad: false, first: false, attempt: seen, file: link(log) });
    const { lastGood } = before;
    details.push({
      because: each.because,
      attempts: each.attempts.map((attempt) => viewOf(attempt, link)),
      facts: each.facts,
      rerun: each.rerun,
      expected: each.expected,
      admitted: each.admitted,
      notes: each.notes,
      ...(lastGood && {
        lastGood: { run: lastGood.run, startedAt: lastGood.runStartedAt, commit },
      }),
      changes,
      goodPhases: lastGood?.phases ?? {},
      seconds: [...before.seconds, each.because === undefined ? Math.round(each.seconds) : null],
      ...(seen && log ? { consoleOf: seen.attempt } : {}),
    });
  }

  const problems = problemsOf(judged);
  const cells = withProblems(judged, problems);
  const firsts = new Set(problems.map((problem) => problem.cells[0]));
  const consoles = embedConsoles(
    wanted.map((each) => ({ ...each, bad: cells[each.cell]?.problem !== undefined, first: firsts.has(each.cell) })),
    budget,
  );
  const { run, startedAt, endedAt, interrupted, resumed, reason, properties, notes } = result;
  const core = {
    ...{ run, startedAt, endedAt, interrupted, resumed, reason, properties, notes },
    packages: packagesLine(result),
    mirrors: mirrorLines(result),
    axes: axes.names,
    cells,
    problems,
    runs: [...past.runs, present(result, cells)],
  };
  return { core, details, slots, consoles };
}

/** The three dimensions, in the order in which the run names them, which is that of matrix.yaml where all of it ran. */
function axesOf({ cells }: RunResult) {
  const distros = [...new Set(cells.map(({ cell }) => cell.distro))].toSorted((a, b) =>
    a.localeCompare(b, 'en', { numeric: true }),
  );
  const seen = (pick: (cell: CellResult['cell']) => string) => [...new Set(cells.map(({ cell }) => pick(cell)))];
  const usual = (known: readonly string[], names: readonly string[]) =>
    names.toSorted((a, b) => (known.indexOf(a) + 1 || 99) - (known.indexOf(b) + 1 || 99) || a.localeCompare(b));
  const arches = usual(
    ['x86_64', 'aarch64', 'riscv64'],
    seen(({ arch }) => arch),
  );
  const fss = usual(
    ['xfs', 'btrfs', 'ext4', 'virtiofs', 'luks'],
    seen(({ fs }) => fs),
  );
  const place = [distros, arches, fss].map((names) => new Map(names.map((name, index) => [name, index])));
  const at = ({ cell }: CellResult): CellBrief['at'] => [
    place[0]?.get(cell.distro) ?? 0,
    place[1]?.get(cell.arch) ?? 0,
    place[2]?.get(cell.fs) ?? 0,
  ];
  const positions = (cell: CellResult) => {
    const [distro, arch, fs] = at(cell);
    return (distro * arches.length + arch) * fss.length + fs;
  };
  return { names: { distros, arches, fss }, at, positions };
}

function briefOf(result: CellResult, past: CellPast, at: CellBrief['at']): CellBrief {
  const verdict = verdictOf(result);
  const standIn = result.archive === 'stand-in';
  return {
    id: result.cell.id,
    at,
    verdict,
    standIn,
    seconds: Math.round(result.seconds),
    usual: past.usual === undefined ? undefined : Math.round(past.usual),
    ...standing(verdict, result.archive, past.letters),
    past: past.letters + letterOf(verdict, standIn),
  };
}

function withProblems(judged: readonly Judged[], problems: readonly Problem[]): CellBrief[] {
  const of = new Map(problems.flatMap((problem, index) => problem.cells.map((cell) => [cell, index] as const)));
  return judged.map(({ brief }, index) => (of.has(index) ? { ...brief, problem: of.get(index) } : brief));
}

type Link = (file: Evidence) => FileLink;

/** Links stay true when the folder of the run is moved, packed or served by somebody. */
function linker(folder: string): Link {
  return ({ name, path }) => {
    const inside = relative(folder, path);
    const outside = inside === '..' || inside.startsWith(`..${sep}`);
    const bytes = statSync(path, { throwIfNoEntry: false })?.size;
    const href = outside ? undefined : inside.split(sep).map(encodeURIComponent).join('/');
    return { name, path, ...(href === undefined ? {} : { href }), ...(bytes === undefined ? {} : { bytes }) };
  };
}

function viewOf({ attachments, capsule, ...attempt }: CellResult['attempts'][number], link: Link): AttemptView {
  return {
    ...attempt,
    files: attachments.map(link),
    ...(capsule === undefined ? {} : { reopen: `./stub-matrix reopen ${capsule}` }),
  };
}

const tenths = (seconds: number) => Math.round(seconds * 10) / 10;

function slotsOf({ attempts, admitted, usage }: CellResult, cell: number, zero: number): Slot[] {
  return attempts.flatMap(({ startedAt, ...attempt }) => {
    if (startedAt === undefined) return [];
    const at = (time: number) => tenths((time - zero) / 1000);
    const start = at(startedAt);
    // Both ends rounded alike: what began when this had ended does not begin before its end.
    const seconds = tenths(at(startedAt + attempt.seconds * 1000) - start);
    return {
      ...{ cell, attempt: attempt.attempt, verdict: attempt.status, start, seconds },
      phases: attempt.phases.map((phase) => [phase.name, at(phase.startedAt), tenths(phase.seconds)] as const),
      ...(admitted ? { cores: admitted.cores, memoryMiB: admitted.memoryMiB } : {}),
      peakMemoryMiB: (attempt.usage ?? usage)?.peakMemoryMiB,
    };
  });
}
