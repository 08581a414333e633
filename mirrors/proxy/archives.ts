import { UsageError } from '../../runners/errors.ts';

/** An archive that guests may ask the proxy for: everything below one address, and where else the same is to be had. */
export interface ProxiedArchive {
  /** As guests name it, such as http://ftp.debian.org/debian. It is the first to be asked. */
  readonly uri: string;
  /** Addresses of the same archive, asked in this order where the one before fails. */
  readonly mirrors: readonly string[];
}

/** One of the places an archive is fetched from. */
export interface Mirror {
  /** Unique within a run: `a0m1`. Names its part of nginx's configuration. */
  readonly id: string;
  readonly uri: string;
  readonly scheme: 'http' | 'https';
  /** What the Host header says: with the port where it is not the scheme's own. */
  readonly host: string;
  /** What is looked up, and what a certificate must be for. */
  readonly name: string;
  readonly port: number;
  /** Decoded, begins with a slash and does not end with one; empty for the root. */
  readonly base: string;
}

export interface NumberedArchive {
  /** Unique within a run: `a0`. */
  readonly id: string;
  readonly uri: string;
  readonly host: string;
  readonly base: string;
  /** At least one: the archive itself. */
  readonly mirrors: readonly Mirror[];
}

/** What may stand in an address that becomes part of a configuration file; anything else would have to be quoted twice over. */
const PLAIN = /^https?:\/\/(?:[\w.~+:/@[\]-]|%[2-7][0-9a-f])+$/i;

/**
 * Numbers archives and mirrors. The same address is there once; of two archives one within the other the inner comes first.
 *
 * @throws UsageError `odd-archive`
 */
export function numbered(archives: readonly ProxiedArchive[]): readonly NumberedArchive[] {
  const byKey = new Map<string, { uri: string; mirrors: string[] }>();
  for (const { uri, mirrors } of archives) {
    for (const each of [uri, ...mirrors]) requirePlain(each);
    const known = byKey.get(keyOf(uri)) ?? { uri: trim(uri), mirrors: [] };
    byKey.set(keyOf(uri), { uri: known.uri, mirrors: [...known.mirrors, ...mirrors] });
  }
  return [...byKey.values()]
    .toSorted((a, b) => b.uri.length - a.uri.length)
    .map(({ uri, mirrors }, index) => {
      const id = `a${index}`;
      const all = [...new Set([uri, ...mirrors.map(trim)])];
      return { id, ...placeOf(uri), mirrors: all.map((each, place) => mirrorOf(each, `${id}m${place}`)) };
    });
}

/** Where an address is in the space of names that guests ask in. @throws UsageError `odd-archive` */
export function placeOf(uri: string): Pick<NumberedArchive, 'uri' | 'host' | 'base'> {
  requirePlain(uri);
  const { host, pathname } = new URL(uri);
  return { uri: trim(uri), host, base: baseOf(pathname) };
}

function mirrorOf(uri: string, id: string): Mirror {
  const { protocol, host, hostname, port, pathname } = new URL(uri);
  const scheme = protocol === 'https:' ? 'https' : 'http';
  const name = hostname.replace(/^\[|\]$/g, '');
  return { id, uri, scheme, host, name, port: Number(port || (scheme === 'https' ? 443 : 80)), base: baseOf(pathname) };
}

function requirePlain(uri: string): void {
  if (PLAIN.test(uri) && URL.canParse(uri)) return;
  throw new UsageError({
    code: 'odd-archive',
    message: `${uri} is no address of an archive: http or https, and no characters but those of plain paths`,
    hint: 'see the origins under mirrors: in matrix.yaml, and --mirror',
  });
}

/**
 * The name of what an address leads to: host and decoded path, `ftp.debian.org/debian/dists/trixie/InRelease`. Without the
 * scheme, since guests ask by http for what the proxy fetches by https. It is what is kept under.
 */
export function keyOf(uri: string): string {
  const { host, pathname } = new URL(uri);
  return `${host}${baseOf(pathname)}`;
}

/** How guests name what the proxy may fetch by https: they have no way to ask it for that. */
export const asGuestsSay = (uri: string) => uri.replace(/^https:/, 'http:');

const baseOf = (pathname: string) => decodeURIComponent(pathname).replace(/\/+$/, '');

const trim = (uri: string) => uri.replace(/\/+$/, '');
