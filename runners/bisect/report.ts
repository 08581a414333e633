import type { Bisection, Minimal, Proven } from './bisect.ts';
import type { Stamped } from './record.ts';

/** The answer, its proof and what it took, as lines of text. */
export function reportLines(result: Bisection): string[] {
  const { minimal, counts, differences, complete, proven, healed } = result;
  const [only] = minimal;
  const heading =
    minimal.length === 1 && only
      ? `of ${differences.length} differences ${only.options.length === 1 ? 'one breaks' : `${only.options.length} break, only together`}:`
      : `of ${differences.length} differences ${minimal.length} sets break, each by itself:`;
  return [
    heading,
    ...minimal.flatMap((set, index) => [...(minimal.length > 1 ? [`  set ${index + 1}:`] : []), ...setLines(set)]),
    '',
    proven ? 'proven:' : 'not proven in all parts:',
    ...proofLines(result.proof, minimal.length),
    ...(complete
      ? [
          '  nothing else breaks: with one option of each set as in the good configuration the bad one passes, whichever it is',
        ]
      : ['  whether there are further sets was not looked into']),
    ...(healed > 0
      ? [`  note: ${healed} tests passed although a part of what they had fails: something heals it`]
      : []),
    '',
    `${counts.tests} tests, both ends among them, in ${counts.rounds} rounds; ${counts.builds} builds, ${counts.trials} trials; ` +
      `confidence ${result.confidence === 1 ? 'full, where one trial is as good as ten' : `${(100 * result.confidence).toFixed(3)} %`}`,
  ];
}

function setLines({ options, along }: Minimal): string[] {
  return [
    ...options.map(
      ({ name, good, bad, oneWith }) =>
        `    CONFIG_${name}: ${said(good)} → ${said(bad)}${oneWith.length > 0 ? `, which is one decision with ${listed(oneWith)}` : ''}`,
    ),
    ...(along.length > 0 ? [`      along with it, as Kconfig has it: ${listed(along)}`] : []),
  ];
}

const words: Readonly<Record<Proven['role'], (count: number) => string>> = {
  breaks: (count) => (count === 1 ? 'good + these fails' : 'good + each set fails'),
  heals: () => 'bad − all of these passes',
  minimal: () => 'good + these without any one of them passes',
  complete: () => 'bad − one of each passes',
};

function proofLines(proof: readonly Proven[], sets: number): string[] {
  const roles = ['breaks', 'heals', 'minimal', 'complete'] as const;
  return roles.flatMap((role) => {
    const parts = proof.filter((part) => part.role === role);
    if (parts.length === 0) return [];
    const wrong = parts.filter(({ verdict, expected }) => verdict !== expected);
    const tests = `${parts.length} ${parts.length === 1 ? 'test' : 'tests'}`;
    const outcome = wrong.map(
      ({ verdict, digest }) =>
        `${verdict ?? 'not tested'} (${digest?.slice(0, 12) ?? 'Kconfig makes something else of it'})`,
    );
    return [`  ${words[role](sets)}: ${wrong.length === 0 ? `yes, ${tests}` : `not shown, ${outcome.join(', ')}`}`];
  });
}

/** The lines to put into a fragment that goes on top of the bad configuration, so that it passes: one option of each set. */
export function remedy({ minimal }: Bisection): string[] {
  return minimal.flatMap(({ options: [first] }) => {
    if (!first) return [];
    return [first.good === 'n' ? `# CONFIG_${first.name} is not set` : `CONFIG_${first.name}=${first.good}`];
  });
}

/** A row for each test: what was asked, what it cost, what it came to. */
export function tableLines(events: readonly Stamped[]): string[] {
  const rounds = new Map(
    events.flatMap((event) => (event.type === 'round' ? [[event.round, inQuestion(event)] as const] : [])),
  );
  const builds = new Map(events.flatMap((event) => (event.type === 'built' ? [[event.digest, event] as const] : [])));
  const rows = events.flatMap((event) => {
    if (event.type !== 'step') return [];
    const { number, round, purpose, made, asked, verdict, built, trials, seconds, digest, because } = event;
    const own = builds.get(digest);
    // Told once, by the first test that wanted it.
    builds.delete(digest);
    const building = built ? `${own?.seconds.toFixed(1) ?? '?'} s` : own?.reused ? 'in the store' : 'known';
    const differences = made === asked ? String(made) : `${made} of ${asked} asked`;
    return [
      [
        ...[String(number), String(round), rounds.get(round) ?? '', purpose, differences, verdict, building],
        ...[trials === 0 ? 'known' : String(trials), `${seconds.toFixed(1)} s`, digest.slice(0, 12)],
        ...[because?.split('\n')[0] ?? ''],
      ],
    ];
  });
  const heads = [
    'test',
    'round',
    'in question',
    'purpose',
    'differences',
    'verdict',
    'build',
    'trials',
    'time',
    'configuration',
    '',
  ];
  const all = [heads, ...rows];
  const widths = heads.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** How many could be to blame by themselves, and of how many several together. */
const inQuestion = ({ alone, suspects }: { readonly alone: number; readonly suspects: number }) =>
  alone === suspects ? `${alone}` : `${alone || 'some'} of ${suspects}`;

const said = (value: string) => (value === 'n' ? 'off' : value);

const listed = (names: readonly string[]) =>
  names.length > 6 ? `${names.slice(0, 6).join(', ')} and ${names.length - 6} more` : names.join(', ');
