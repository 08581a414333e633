import { lookup } from 'node:dns/promises';
import { existsSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { Mirror } from './archives.ts';
import type { Servers } from './plan.ts';

/** ADDRESS:PORT of each mirror, by its id, IPv4 first; an empty list where nobody knows its name. */
export async function lookUp(mirrors: readonly Mirror[]): Promise<Servers> {
  const byName = Map.groupBy(mirrors, ({ name }) => name);
  const entries = [...byName].map(async ([name, of]) => {
    const addresses = await addressesOf(name);
    return of.map(({ id, port }): [string, string[]] => [id, addresses.map((address) => at(address, port))]);
  });
  return Object.fromEntries((await Promise.all(entries)).flat());
}

async function addressesOf(name: string): Promise<readonly string[]> {
  if (isIP(name)) return [name];
  const found = await lookup(name, { all: true, order: 'ipv4first' }).catch(() => []);
  return found.map(({ address }) => address);
}

const at = (address: string, port: number) => `${address.includes(':') ? `[${address}]` : address}:${port}`;

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
