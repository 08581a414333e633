import type { Coat } from './coats.ts';

/** A package of Debian, as it says of itself. */
export interface Deb {
  readonly name: string;
  readonly version: string;
  readonly summary: string;
  /** The file, in the folder of packages. */
  readonly file: string;
  /** Of each inner list one. */
  readonly needs: readonly (readonly string[])[];
  readonly provides: readonly string[];
}

/** An rpm to be made. */
export interface Rpm {
  readonly name: string;
  readonly version: string;
  readonly summary: string;
  readonly coat: Coat;
  readonly debs: readonly Deb[];
  /** Names of other rpms. */
  readonly requires: readonly string[];
}

/** Reads what `dpkg-scanpackages` prints. */
export function parsePackages(text: string): Deb[] {
  return text
    .split(/\n\n+/)
    .filter((stanza) => stanza.trim() !== '')
    .map((stanza) => {
      const field = (name: string) => new RegExp(`^${name}: *(.*)$`, 'm').exec(stanza)?.[1] ?? '';
      const items = (list: string) => list.split(',').filter((item) => item.trim() !== '');
      // "libc6:any (>= 2.38) [amd64]" is libc6.
      const bare = (item: string) => /^[^\s:([]*/.exec(item.trim())?.[0] ?? '';
      return {
        name: field('Package'),
        version: field('Version'),
        summary: field('Description'),
        file: field('Filename').replace(/^.*\//, ''),
        needs: ['Pre-Depends', 'Depends'].flatMap((name) =>
          items(field(name)).map((item) => item.split('|').map(bare)),
        ),
        provides: items(field('Provides')).map(bare),
      };
    });
}

/** Debian's version as rpm allows it: without the epoch, and with no dash. */
export const rpmVersion = (version: string) => version.replace(/^\d+:/, '').replaceAll('-', '_');

export interface Resolving {
  readonly debs: readonly Deb[];
  readonly coats: Readonly<Record<string, Coat>>;
  readonly without: readonly string[];
  /** Names of rpms; what they need comes along. */
  readonly wanted: readonly string[];
}

/**
 * Puts packages into coats: which rpms there are to be, and which needs which.
 *
 * @throws RangeError for a name that is neither a coat nor a package.
 */
export function resolve({ debs, coats, without, wanted }: Resolving): Rpm[] {
  const byName = new Map(debs.map((deb) => [deb.name, deb]));
  const providers = new Map(debs.flatMap((deb) => deb.provides.map((name) => [name, deb] as const)));
  const wearing = new Map(
    Object.entries(coats).flatMap(([name, coat]) => (coat.debs ?? []).map((deb) => [deb, name] as const)),
  );
  const idle = new Set(without);
  /** The rpm that fulfils one of these; nothing where Debian's way of it has no place here. */
  const fulfils = (names: readonly string[]): string | undefined => {
    const deb = names
      .map((name) => byName.get(name) ?? providers.get(name))
      .find((each) => each && !idle.has(each.name));
    return deb && (wearing.get(deb.name) ?? deb.name);
  };
  const rpmOf = (name: string): Rpm => {
    const deb = byName.get(name);
    const coat = coats[name] ?? (deb ? { debs: [name] } : undefined);
    if (!coat) throw new RangeError(`neither a coat nor a package of Debian that was fetched is called ${name}`);
    // What a coat names and nobody needed was not fetched.
    const inside = (coat.debs ?? []).flatMap((each) => byName.get(each) ?? []);
    const needed = inside.flatMap(({ needs }) => needs.flatMap((names) => fulfils(names) ?? []));
    const requires = [...new Set([...(coat.requires ?? []), ...needed])].filter((each) => each !== name).toSorted();
    const [main] = inside;
    const summary = main?.summary || `${name} of a stand-in`;
    return { name, version: rpmVersion(main?.version ?? '1'), summary, coat, debs: inside, requires };
  };
  const rpms = new Map<string, Rpm>();
  const waiting = [...wanted];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (rpms.has(name)) continue;
    const rpm = rpmOf(name);
    rpms.set(name, rpm);
    waiting.push(...rpm.requires);
  }
  return [...rpms.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** The packages of Debian to be fetched for these rpms; theirs come by apt. */
export function debsFor(coats: Readonly<Record<string, Coat>>, wanted: readonly string[]): string[] {
  const seen = new Set<string>();
  const debs = new Set<string>();
  const waiting = [...wanted];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    const coat = coats[name] ?? { debs: [name] };
    for (const deb of coat.debs ?? []) debs.add(deb);
    waiting.push(...(coat.requires ?? []));
  }
  return [...debs].toSorted();
}
