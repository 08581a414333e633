import { cellsOf, matches, unpublished } from './plan.ts';
import type { Matrix } from './schema.ts';
import { suggest } from './suggest.ts';

/** Something wrong in matrix.yaml. `path` leads to the value, or to its key where `onKey`. */
export interface Problem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly onKey?: boolean;
}

/** What a schema cannot say: every name stands for something, and every rule decides about some cell. */
export function checkReferences(matrix: Matrix): Problem[] {
  const wrong = names(matrix);
  // With a misspelt name in them rules mean too little; what is said about them then would only distract.
  return wrong.length > 0 ? wrong : [...deadRules(matrix), ...unexpected(matrix)];
}

function names(matrix: Matrix): Problem[] {
  const problems: Problem[] = [];
  const known = {
    distro: Object.keys(matrix.distributions),
    arch: matrix.architectures,
    fs: Object.keys(matrix.filesystems),
    archive: Object.keys(matrix.mirrors),
  };
  const kinds = { distro: 'distribution', arch: 'architecture', fs: 'filesystem', archive: 'archive' };
  const check = (kind: keyof typeof known, value: string, path: PropertyKey[], onKey = false) => {
    if (known[kind].includes(value)) return;
    problems.push({ path, onKey, message: `unknown ${kinds[kind]} "${value}": ${suggest(value, known[kind])}` });
  };

  for (const [id, row] of Object.entries(matrix.distributions)) {
    const at = ['distributions', id];
    check('archive', row.archive, [...at, 'archive']);
    check('fs', row['default-fs'], [...at, 'default-fs']);
    row.published.forEach((arch, index) => {
      check('arch', arch, [...at, 'published', index]);
    });
    for (const column of ['cpu-floor', 'kernel-package'] as const) {
      for (const arch of Object.keys(row[column])) check('arch', arch, [...at, column, arch], true);
      const missing = row.published.filter((arch) => row[column][arch] === undefined);
      if (missing.length > 0) problems.push({ path: [...at, column], message: `nothing for ${missing.join(', ')}` });
    }
  }
  for (const table of ['skip', 'archive-exceptions', 'expected'] as const) {
    matrix[table].forEach(({ when }, index) => {
      for (const kind of ['distro', 'arch', 'fs'] as const) {
        when?.[kind]?.forEach((value, place) => {
          check(kind, value, [table, index, 'when', kind, place]);
        });
      }
    });
  }
  return problems;
}

/** A rule that decides nothing is a left-over or a mistake; either way its reason would be read by nobody. */
function deadRules(matrix: Matrix): Problem[] {
  let open = cellsOf(matrix).filter((cell) => unpublished(matrix, cell) === undefined);
  return matrix.skip.flatMap(({ when }, index) => {
    const left = open.filter((cell) => !matches(when, cell));
    const dead = left.length === open.length;
    open = left;
    if (!dead) return [];
    return [{ path: ['skip', index], message: 'this rule skips no cell that is not skipped already, or means none' }];
  });
}

function unexpected(matrix: Matrix): Problem[] {
  const cell = cellsOf(matrix).find((each) => !matrix.expected.some(({ when }) => matches(when, each)));
  if (!cell) return [];
  return [{ path: ['expected'], message: `no row for ${cell.id}; end the list with one that has no \`when\`` }];
}
