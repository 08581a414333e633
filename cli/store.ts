import { UsageError } from '../runners/errors.ts';
import { unknownName } from '../runners/matrix/suggest.ts';
import type { Kept } from '../runners/store/find.ts';
import type { Collected } from '../runners/store/gc.ts';
import type { Inputs } from '../runners/store/inputs.ts';
import type { Holding } from '../runners/store/inventory.ts';
import { formatSize, parseSize } from '../runners/store/size.ts';
import type { Context, Start } from './commands.ts';
import { exitCodes } from './exit.ts';
import type { Parsed } from './flags.ts';
import { cacheFolderOf, mirrorOf } from './options.ts';

/** An entry that a cell needs as things are now, whether the store has it or not. */
export interface Sought {
  readonly kind: string;
  readonly inputs: Inputs;
  readonly label?: string;
}

/** What a cell needs of the store; `undefined` for a word that is no cell's id. */
export type SoughtBy = (word: string, parsed: Parsed, context: Context) => Promise<readonly Sought[] | undefined>;

interface Action {
  /** The flags and the word that it takes; others are refused. */
  readonly flags: readonly string[];
  readonly word?: string;
  readonly run: (root: string, parsed: Parsed, context: Context, soughtBy: SoughtBy) => Promise<number>;
}

const actions: Readonly<Record<string, Action>> = {
  list: { flags: [], run: list },
  why: { flags: ['mirror'], word: 'CELL|KEY|LABEL', run: why },
  gc: { flags: ['max', 'dry-run'], run: collect },
  verify: { flags: [], word: 'KEY', run: check },
};

const EVERYWHERE = ['cache', 'no-install'];

/** The command `store`, told how to find out what a cell needs. */
export function storeCommand(soughtBy: SoughtBy): Start {
  return async (parsed, context) => {
    const [name = ''] = parsed.words;
    const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
    if (!action) {
      throw name ? unknownName('action', name, Object.keys(actions), './stub-matrix store list') : missingAction();
    }
    refuseOthers(name, action, parsed);
    return await action.run(cacheFolderOf(parsed, context), parsed, context, soughtBy);
  };
}

export const start = storeCommand(async (word, parsed, { signal }) => {
  const { loadMatrix } = await import('../runners/matrix/load.ts');
  const { whatExists } = await import('../runners/cell/existing.ts');
  const { cellsOf } = await import('../runners/matrix/cells.ts');
  const { makePlan } = await import('../runners/matrix/plan.ts');
  const matrix = loadMatrix();
  if (!cellsOf(matrix).some(({ id }) => id === word)) return undefined;
  const [planned] = makePlan(matrix, whatExists({}), { selection: { cell: [word] } }).run;
  if (!planned) return undefined;
  const { soughtFor } = await import('../runners/cell/kept.ts');
  const mirror = mirrorOf(parsed);
  return [await soughtFor(planned, mirror === undefined ? {} : { mirror }, signal)];
});

async function list(root: string, _parsed: Parsed, { print }: Context): Promise<number> {
  const { inventory } = await import('../runners/store/inventory.ts');
  for (const line of listLines(await inventory(root))) print(line);
  return exitCodes.passed;
}

async function why(root: string, parsed: Parsed, context: Context, soughtBy: SoughtBy): Promise<number> {
  const [, word] = parsed.words;
  if (word === undefined) throw missing('of what? The id of a cell, or a key, is missing', 'why debian13-x86_64-xfs');
  const { find, keptAt } = await import('../runners/store/find.ts');
  const { placesIn } = await import('../runners/store/layout.ts');
  const explain = await import('../runners/store/why.ts');
  const sought = await soughtBy(word, parsed, context);
  for (const { kind, inputs, label } of sought ?? []) context.print(explain.why(await find(root, kind, inputs, label)));
  if (sought) return exitCodes.passed;

  const kept = (await Promise.all((await placesIn(root)).map(keptAt))).filter((each) => each !== undefined);
  const named = kept.filter((each) => isMeant(word, each));
  if (named.length === 0) throw unknownName('entry', word, namesOf(kept), './stub-matrix store list');
  for (const hit of named) context.print(explain.why({ key: hit.manifest.key, hit }));
  return exitCodes.passed;
}

async function collect(root: string, parsed: Parsed, { print }: Context): Promise<number> {
  const size = parsed.flags.get('max')?.[0];
  if (size === undefined) throw missing('how much may stay? --max is missing', 'gc --max 50G');
  const { gc } = await import('../runners/store/gc.ts');
  const given = { max: parseSize(size, '--max'), dryRun: parsed.flags.has('dry-run') };
  for (const line of gcLines(await gc(root, given), given)) print(line);
  return exitCodes.passed;
}

async function check(root: string, parsed: Parsed, { print, signal }: Context): Promise<number> {
  const { placesIn } = await import('../runners/store/layout.ts');
  const { verify } = await import('../runners/store/verify.ts');
  const [, key = ''] = parsed.words;
  let code: number = exitCodes.passed;
  let seen = 0;
  for await (const { kind, key: found, label, damage } of verify(root, key, signal)) {
    seen += 1;
    const name = `${kind}/${found}${label === undefined ? '' : ` (${label})`}`;
    print(damage.length === 0 ? `sound     ${name}` : `damaged   ${name}; it is made anew when it is next needed`);
    for (const line of damage) print(`          ${line}`);
    if (damage.length > 0) code = exitCodes.unknown;
  }
  if (seen === 0 && key) {
    const keys = (await placesIn(root)).map((place) => place.key);
    throw unknownName('key', key, keys, './stub-matrix store list');
  }
  return code;
}

/** A line for each entry, by kind and what was not used for longest first, and the sums. */
export function listLines(holdings: readonly Holding[]): string[] {
  const rows = holdings
    .toSorted((a, b) => a.kind.localeCompare(b.kind))
    .map((holding) => [
      holding.kind,
      holding.key,
      holding.label ?? '',
      formatSize(holding.bytes),
      minute(holding.lastUse),
      holding.problem ?? (holding.superseded ? 'superseded' : ''),
      holding.inUse ? 'in use' : '',
    ]);
  const lines = [['kind', 'key', 'label', 'size', 'last use, UTC'], ...rows];
  const widths = [0, 1, 2, 3, 4, 5].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const padded = lines.map((line) =>
    line
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [...padded, sums(holdings)];
}

/** What went, or would go, what stays, and why where that is more than was asked for. */
export function gcLines(
  { removed, rubbish, left }: Collected,
  { max, dryRun }: { readonly max: number; readonly dryRun: boolean },
): string[] {
  const verb = dryRun ? 'would go  ' : 'removed   ';
  const bytes = left.reduce((sum, holding) => sum + holding.bytes, 0);
  return [
    ...rubbish.map((path) => `${verb}${path}, left behind`),
    ...removed.map(
      ({ kind, key, label, bytes, lastUse, superseded }) =>
        `${verb}${kind}/${key}${label === undefined ? '' : ` (${label})`}, ${formatSize(bytes)}, ` +
        (superseded ? 'superseded' : `last used ${minute(lastUse)} UTC`),
    ),
    `stays     ${sums(left)}${bytes > max ? `; more than ${formatSize(max)}, since the rest is in use` : ''}`,
  ];
}

function sums(holdings: readonly Holding[]): string {
  const space = (some: readonly Holding[]) => formatSize(some.reduce((sum, { bytes }) => sum + bytes, 0));
  const kinds = Object.entries(Object.groupBy(holdings, ({ kind }) => kind)).toSorted(([a], [b]) => a.localeCompare(b));
  const each = kinds.map(([kind, some = []]) => `${kind} ${space(some)}`);
  return `${space(holdings)} in all${each.length > 0 ? `: ${each.join(', ')}` : ''}`;
}

const minute = (date: Date) => date.toISOString().slice(0, 16).replace('T', ' ');

const isMeant = (word: string, { manifest }: Kept) =>
  manifest.label === word || (/^[0-9a-f]{4,20}$/.test(word) && manifest.key.startsWith(word));

const namesOf = (kept: readonly Kept[]) => [
  ...new Set(kept.flatMap(({ manifest }) => [manifest.key, ...(manifest.label === undefined ? [] : [manifest.label])])),
];

function refuseOthers(name: string, action: Action, { flags, words }: Parsed): void {
  const flag = [...flags.keys()].find((each) => ![...action.flags, ...EVERYWHERE].includes(each));
  const takes = [...action.flags.map((each) => `--${each}`), ...(action.word ? [action.word] : [])];
  const refused = flag ? `--${flag}` : action.word === undefined ? words[1] : undefined;
  if (refused === undefined) return;
  throw new UsageError({
    code: 'not-for-this-action',
    message: `store ${name} does not take ${refused}; it takes ${takes.join(', ') || 'nothing more'}`,
    command: './stub-matrix store --help',
  });
}

function missingAction(): UsageError {
  return missing(`what is to be done with the store? One of ${Object.keys(actions).join(', ')} is missing`, 'list');
}

function missing(message: string, command: string): UsageError {
  return new UsageError({ code: 'store-what', message, command: `./stub-matrix store ${command}` });
}
