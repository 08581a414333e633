import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The package archives a host's apt is set up with, in the order of its files: http and https only, each once, without a
 * slash at the end. What is no archive a guest could reach (cdrom, file, mirror lists) is left out, and so is what is
 * disabled.
 *
 * @param folder apt's folder, /etc/apt on a real host; nothing is found where it does not exist.
 */
export function aptUris(folder: string): string[] {
  const parts = join(folder, 'sources.list.d');
  const files = [
    join(folder, 'sources.list'),
    ...(existsSync(parts) ? readdirSync(parts).toSorted() : []).map((name) => join(parts, name)),
  ];
  const uris = files.filter(existsSync).flatMap((file) => {
    if (file.endsWith('.list')) return oneLine(readFileSync(file, 'utf8'));
    if (file.endsWith('.sources')) return deb822(readFileSync(file, 'utf8'));
    return [];
  });
  return [...new Set(uris.filter((uri) => /^https?:\/\/[^$]+$/.test(uri)).map((uri) => uri.replace(/\/+$/, '')))];
}

/** `deb [options] URI suite components`; sources.list(5). */
function oneLine(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const [, uri] = /^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+\S/.exec(line) ?? [];
    return uri ? [uri] : [];
  });
}

/** Stanzas of fields, continued on lines that begin with a blank; comments anywhere. */
function deb822(text: string): string[] {
  const stanzas = text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .split(/\n\s*\n/);
  return stanzas.flatMap((stanza) => {
    const fields = new Map(
      stanza
        .replace(/\n[ \t]+/g, ' ')
        .split('\n')
        .map((line) => {
          const [key = '', ...value] = line.split(':');
          return [key.trim().toLowerCase(), value.join(':').trim()] as const;
        }),
    );
    const words = (key: string) => (fields.get(key) ?? '').split(/\s+/).filter(Boolean);
    if (/^(no|false|off|0|without|disable)$/i.test(fields.get('enabled') ?? '')) return [];
    return words('types').includes('deb') ? words('uris') : [];
  });
}
