import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A line of sysusers.d(5) that makes a user (`u`, `u!`) or a group (`g`); `m` lines add no account and are not used here. */
interface Account {
  readonly kind: 'user' | 'group';
  readonly name: string;
  /** `-`, `UID`, `UID:GID` or `-:GROUP`. */
  readonly id: string;
  readonly comment: string;
  readonly home: string;
  readonly shell: string;
}

/** Ids that no package fixes are given out downwards from here, as systemd-sysusers does. */
const firstFreeId = 999;

/** The words of a sysusers.d line; double quotes hold a word with blanks together. */
function words(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '');
}

/** Parses one sysusers.d file; lines of other kinds are passed over. */
export function parseSysusers(text: string): Account[] {
  return text.split('\n').flatMap((line): Account[] => {
    if (/^\s*(#|$)/.test(line)) return [];
    const [kind = '', name = '', id = '-', comment = '-', home = '-', shell = '-'] = words(line);
    if (!/^[ug]!?$/.test(kind) || name === '') return [];
    return [{ kind: kind[0] === 'u' ? 'user' : 'group', name, id, comment, home, shell }];
  });
}

/** The text of passwd, group and shadow for these accounts; root may log in on the console without a password. */
export function accountFiles(accounts: readonly Account[]): { passwd: string; group: string; shadow: string } {
  const groups = new Map<string, number>();
  const taken = new Set<number>();
  const number = (wanted: string): number | undefined => (/^\d+$/.test(wanted) ? Number(wanted) : undefined);
  let next = firstFreeId;
  const free = (): number => {
    while (taken.has(next)) next -= 1;
    taken.add(next);
    return next;
  };
  for (const account of accounts) {
    const id = number(account.id.split(':')[0] ?? '');
    if (id !== undefined) taken.add(id);
  }
  for (const account of accounts.filter(({ kind }) => kind === 'group')) {
    groups.set(account.name, number(account.id) ?? free());
  }
  const passwd: string[] = [];
  const shadow: string[] = [];
  for (const account of accounts.filter(({ kind }) => kind === 'user')) {
    const [uidText = '-', gidText] = account.id.split(':');
    const uid = number(uidText) ?? free();
    const gid = gidText === undefined ? uid : (number(gidText) ?? groups.get(gidText) ?? uid);
    if (gidText === undefined && !groups.has(account.name)) groups.set(account.name, uid);
    const or = (value: string, fallback: string): string => (value === '-' ? fallback : value);
    passwd.push(
      [
        account.name,
        'x',
        uid,
        gid,
        or(account.comment, ''),
        or(account.home, '/'),
        or(account.shell, '/usr/sbin/nologin'),
      ].join(':'),
    );
    shadow.push(`${account.name}:${account.name === 'root' ? '' : '!*'}:19000::::::`);
  }
  const group = [...groups].map(([name, gid]) => `${name}:x:${gid}:`);
  const file = (lines: string[]): string => `${lines.join('\n')}\n`;
  return { passwd: file(passwd), group: file(group), shadow: file(shadow) };
}

/** Writes /etc/{passwd,group,shadow} of a tree from the sysusers.d files of its packages, as systemd-sysusers would at boot. */
export async function writeAccounts(tree: string): Promise<void> {
  const folder = join(tree, 'usr/lib/sysusers.d');
  const names = existsSync(folder) ? (await readdir(folder)).filter((name) => name.endsWith('.conf')).sort() : [];
  const seen = new Set<string>();
  const accounts: Account[] = [];
  for (const name of names) {
    for (const account of parseSysusers(await readFile(join(folder, name), 'utf8'))) {
      const id = `${account.kind} ${account.name}`;
      if (!seen.has(id)) accounts.push(account);
      seen.add(id);
    }
  }
  const files = accountFiles(accounts);
  await writeFile(join(tree, 'etc/passwd'), files.passwd);
  await writeFile(join(tree, 'etc/group'), files.group);
  await writeFile(join(tree, 'etc/shadow'), files.shadow);
}
