import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';

/** Milliseconds for anything to show: a host that does much else takes half a minute to start a process. */
export const patience = 120_000;

/** A real terminal, of which one can see what stands on it. */
export interface Terminal extends Disposable {
  /** The lines of the screen, without the empty ones at its end. */
  screen(): string[];
  /** The same, with all that has scrolled out of it. */
  history(): string[];
  resize(columns: number, rows: number): void;
  /** In tmux's words: `C-c`, `Enter`. */
  press(...keys: string[]): void;
  /** What tmux knows of it: `cursor_flag`, `alternate_on`, … */
  is(what: string): string;
  /** Waits until the screen holds a line like this. */
  shows(pattern: RegExp): Promise<void>;
}

/** Runs a line of sh in a terminal of tmux's, in a server of its own that ends with it. The terminal stays when the line has ended. */
export function openTerminal(columns: number, rows: number, line: string): Terminal {
  const folder = mkdtempSync(join(tmpdir(), 'terminal-'));
  const tmux = (...args: string[]) =>
    execFileSync('tmux', ['-S', join(folder, 'socket'), '-f', '/dev/null', ...args], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, LANG: 'C.UTF-8', TERM: 'xterm-256color', SHELL: '/bin/sh' },
    });
  // A shell that Ctrl-C does not end, and that has nothing to say.
  const script = `trap : INT; ${line}\necho "exit $?"; exec cat`;
  tmux('new-session', '-d', '-x', String(columns), '-y', String(rows), script);
  const captured = (...args: string[]) =>
    tmux('capture-pane', '-p', ...args)
      .trimEnd()
      .split('\n');
  const terminal: Terminal = {
    screen: () => captured(),
    history: () => captured('-S', '-'),
    resize: (width, height) => void tmux('resize-window', '-x', String(width), '-y', String(height)),
    press: (...keys) => void tmux('send-keys', ...keys),
    is: (what) => tmux('display-message', '-p', `#{${what}}`).trim(),
    shows: (pattern) => expect.poll(() => terminal.screen().join('\n'), { timeout: patience }).toMatch(pattern),
    [Symbol.dispose]: () => {
      tmux('kill-server');
      rmSync(folder, { recursive: true });
    },
  };
  return terminal;
}
