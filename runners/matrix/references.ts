import { type Cell, cellsOf, matches } from './cells.ts';
import { type ArchiveKind, archiveKinds } from './fields.ts';
import { byDistribution } from './rules.ts';
import type { Matrix, When } from './schema.ts';
import { all, dimensionsOf } from './select.ts';
import { suggest } from './suggest.ts';
import { unpublished } from './verdict.ts';

/** Something wrong in matrix.yaml. `path` leads to the value, or to its key where `onKey`. */
export interface Problem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly onKey?: boolean;
}

/** What a schema cannot say: every name stands for something, and every rule decides about some cell. */
export function checkReferences(matrix: Matrix): Problem[] {
  const wrong = [...namesInRows(matrix), ...namesInRules(matrix), ...namesInProfiles(matrix), ...misfits(matrix)];
  // With a misspelt name in them rules mean too little; what is said about them then would only distract.
  return wrong.length > 0 ? wrong : [...deadRules(matrix), ...deadFailures(matrix), ...unexpected(matrix)];
}

/** What there is to say of a value that should be one of the names. */
function unknownAmong(kind: string, names: readonly string[]): (value: string) => string | undefined {
  const known = new Set(names);
  return (value) => (known.has(value) ? undefined : `unknown ${kind} "${value}": ${suggest(value, names)}`);
}

/** A problem where there is something to say. */
const at = (path: PropertyKey[], message: string | undefined, onKey = false): Problem[] =>
  message === undefined ? [] : [{ path, message, onKey }];

function namesInRows(matrix: Matrix): Problem[] {
  const { arch, fs } = dimensionsOf(matrix);
  const unknownArch = unknownAmong(arch.kind, arch.names);
  const unknownFs = unknownAmong(fs.kind, fs.names);
  const unknownArchive = unknownAmong('archive', Object.keys(matrix.mirrors));
  return Object.entries(matrix.distributions).flatMap(([id, row]) => {
    const here = ['distributions', id];
    return [
      ...at([...here, 'default-fs'], unknownFs(row['default-fs'])),
      ...Object.entries(row.published).flatMap(([name, { archive }]) => [
        ...at([...here, 'published', name], unknownArch(name), true),
        ...at([...here, 'published', name, 'archive'], unknownArchive(archive)),
      ]),
    ];
  });
}

function namesInRules(matrix: Matrix): Problem[] {
  const dimensions = Object.entries(dimensionsOf(matrix)).map(
    ([dimension, { kind, names }]) => [dimension, unknownAmong(kind, names)] as const,
  );
  return (['skip', 'known-failures', 'archive-exceptions', 'expected'] as const).flatMap((table) =>
    matrix[table].flatMap(({ when }, index) =>
      dimensions.flatMap(([dimension, unknown]) =>
        (when?.[dimension as 'distro'] ?? []).flatMap((value, place) =>
          at([table, index, 'when', dimension, place], unknown(value)),
        ),
      ),
    ),
  );
}

function namesInProfiles(matrix: Matrix): Problem[] {
  const dimensions = Object.entries(dimensionsOf(matrix)).map(
    ([dimension, { kind, names }]) => [dimension, unknownAmong(kind, [...names, all])] as const,
  );
  const unknownCell = unknownAmong(
    'cell',
    cellsOf(matrix).map(({ id }) => id),
  );
  return Object.entries(matrix.profiles).flatMap(([name, { select }]) =>
    select.flatMap((choice, index) => {
      const here = ['profiles', name, 'select', index];
      const beside = choice.cell && dimensions.find(([dimension]) => choice[dimension as 'distro'])?.[0];
      return [
        ...at([...here, 'cell'], beside && `\`cell\` names cells exactly, so \`${beside}\` does not go with it`),
        ...(choice.cell ?? []).flatMap((id, place) => at([...here, 'cell', place], unknownCell(id))),
        ...dimensions.flatMap(([dimension, unknown]) =>
          (choice[dimension as 'distro'] ?? []).flatMap((value, place) =>
            at([...here, dimension, place], unknown(value)),
          ),
        ),
      ];
    }),
  );
}

/** What each part says is right by itself, and makes no sense beside the other. */
function misfits(matrix: Matrix): Problem[] {
  const rows = Object.entries(matrix.distributions);
  const self = rows.flatMap(([id, row]) => {
    if (row.family !== 'rpm-md' || (row['os-release'] === undefined) !== (row['system-release'] === undefined))
      return [];
    return at(['distributions', id], 'say what it calls itself by one of os-release and system-release', true);
  });
  const families = Object.fromEntries(
    rows.flatMap(([, row]) => Object.values(row.published).map(({ archive }) => [archive, row.family])),
  );
  const mirrors = Object.entries(matrix.mirrors).flatMap(([archive, { origins }]) => {
    if (!families[archive]) return at(['mirrors', archive], 'no distribution is published in this archive', true);
    if (families[archive] === 'debootstrap') return [];
    return origins.flatMap((origin, index) =>
      origin === 'host-apt' || origin.security !== undefined
        ? at(
            ['mirrors', archive, 'origins', index],
            `host-apt and security are of apt's archives, not of ${families[archive]}`,
          )
        : [],
    );
  });
  return [...self, ...mirrors];
}

interface Case {
  readonly cell: Cell;
  readonly archive: ArchiveKind;
}

/** Each cell by each archive it could be installed from, were everything written. */
const casesOf = (matrix: Matrix): Case[] =>
  cellsOf(matrix).flatMap((cell) =>
    archiveKinds.flatMap((archive) =>
      archive === 'real' && unpublished(matrix, cell) !== undefined ? [] : [{ cell, archive }],
    ),
  );

/** The cases that a rule is to be judged by: those of the stand-ins only where it is about nothing else. */
const judgedBy = (when: When): ArchiveKind => (when.archive?.includes('real') === false ? 'stand-in' : 'real');

/** A rule that decides nothing is a left-over or a mistake; either way its reason would be read by nobody. */
function deadRules(matrix: Matrix): Problem[] {
  const skips = byDistribution(matrix.skip);
  const alive = new Set<object>();
  for (const { cell, archive } of casesOf(matrix)) {
    const rule = skips(cell.distro).find(({ when }) => matches(when, cell, archive));
    if (rule && archive === judgedBy(rule.when)) alive.add(rule);
  }
  return matrix.skip.flatMap((rule, index) =>
    alive.has(rule) ? [] : at(['skip', index], 'this rule skips no cell that is not skipped already, or means none'),
  );
}

function deadFailures(matrix: Matrix): Problem[] {
  const skips = byDistribution(matrix.skip);
  const failures = byDistribution(matrix['known-failures']);
  const alive = new Set<object>();
  for (const { cell, archive } of casesOf(matrix)) {
    if (skips(cell.distro).some(({ when }) => matches(when, cell, archive))) continue;
    for (const failure of failures(cell.distro))
      if (archive === judgedBy(failure.when) && matches(failure.when, cell, archive)) alive.add(failure);
  }
  return matrix['known-failures'].flatMap((failure, index) =>
    alive.has(failure) ? [] : at(['known-failures', index], 'this is known of no cell that can be run'),
  );
}

function unexpected(matrix: Matrix): Problem[] {
  const expected = byDistribution(matrix.expected);
  const without = casesOf(matrix).find(
    ({ cell, archive }) => !expected(cell.distro).some(({ when }) => matches(when, cell, archive)),
  );
  if (!without) return [];
  return at(['expected'], `no row for ${without.cell.id}; end the list with one that has no \`when\``);
}
