import { lookup } from 'node:dns/promises';
import { existsSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';

/** The IP addresses of hosts, IPv4 first; an empty list for a name that nobody knows. */
export async function lookUp(names: Iterable<string>): Promise<Readonly<Record<string, readonly string[]>>> {
  const entries = [...new Set(names)].map(async (name): Promise<[string, string[]]> => {
    if (isIP(name)) return [name, [name]];
    const found = await lookup(name, { all: true, order: 'ipv4first' }).catch(() => []);
    return [name, found.map(({ address }) => address)];
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** The name servers of resolv.conf(5). */
export function resolversIn(file = '/etc/resolv.conf'): readonly string[] {
  if (!existsSync(file)) return [];
  const words = readFileSync(file, 'utf8').matchAll(/^nameserver\s+([^\s%]+)$/gm);
  return [...words].flatMap(([, address]) => (address && isIP(address) ? [address] : []));
}

/** Where distributions keep the certificates that everybody trusts: Debian and Gentoo, Fedora, openSUSE. */
const BUNDLES = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/ca-bundle.pem'];

/** Undefined on a host that trusts nobody. */
export const trustBundle = () => BUNDLES.find((path) => existsSync(path));
