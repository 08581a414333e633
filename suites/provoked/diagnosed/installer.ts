import type { Cell } from '../../../runners/cell/cell.ts';
import type { Expected } from './failure.ts';

/** `host`: a web server of ours, as the guest reaches it. */
export type Provoke = (cell: Cell, host: string) => Promise<void>;

/** Something that goes wrong at stub's shell. */
export interface ShellFailure extends Expected {
  readonly name: string;
  readonly provoke: Provoke;
}

const quoted = (line: string) => `'${line.replaceAll("'", "'\\''")}'`;

/** Puts a script in the place of the installer, which stays beside it as real.sh. */
export const asInstaller =
  (...lines: readonly string[]) =>
  async (cell: Cell): Promise<void> => {
    await cell.guest.shell('cd /root; [ -e real.sh ] || cp debian13.sh real.sh');
    const words = ['#!/bin/bash', ...lines].map(quoted).join(' ');
    await cell.guest.shell(`printf '%s\\n' ${words} > debian13.sh; chmod +x debian13.sh`);
  };

/** The real installer with other settings. */
export const installing = (settings: string, ...before: readonly string[]): Provoke =>
  asInstaller(...before, `export NETWORK_WAIT=2 ${settings}`, 'exec ./real.sh');

export const fromMirror = (uri: string, more = ''): Provoke =>
  installing(`MIRROR=${uri} SECURITY_MIRROR=${uri} ${more}`);

/** From an archive of ours. */
export const from =
  (name: string, more = ''): Provoke =>
  (cell, host) =>
    fromMirror(`${host}/${name}`, more)(cell, host);

/** Has the guest fetch a file of our web server into /root. */
export const fetchFrom = (cell: Cell, host: string, file: string): Promise<string> =>
  cell.guest.shell(`curl -sS -o /root/${file} ${host}/${file}`);

/** The same, whose signature counts. */
export const fromSigned =
  (name: string, more = ''): Provoke =>
  async (cell, host) => {
    await fetchFrom(cell, host, 'own.asc');
    await from(name, `KEYRING=/root/own.asc ${more}`)(cell, host);
  };
