import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Evidence } from './evidence.ts';

/** What a real program said when something real went wrong, with what the check that failed had to say. */
export interface Transcript {
  /** The file's name without its ending: a code of the catalogue, and a number where there are several of one. */
  readonly name: string;
  readonly code: string;
  /** When, in which guest, and how it was provoked. */
  readonly provoked: string;
  /** What the diagnosis has to say, word by word. */
  readonly sentence: string;
  readonly evidence: Evidence;
}

const folder = join(import.meta.dirname, 'transcripts');

/**
 * The archive it was recorded against is called mirror.example, whatever it was.
 *
 * A file of the folder transcripts: lines that begin with `# `, first how it was provoked, then `name: value`; behind them the
 * console, trimmed to what matters. A line of it that is `…` stands for lines that were left out.
 */
function read(file: string): Transcript {
  const name = file.replace(/\.txt$/, '');
  const lines = readFileSync(join(folder, file), 'utf8').replace(/\n$/, '').split('\n');
  const body = lines.findIndex((line) => !line.startsWith('# '));
  const head = lines.slice(0, body < 0 ? undefined : body).map((line) => line.slice(2));
  const value = (key: string) => head.find((line) => line.startsWith(`${key}: `))?.slice(key.length + 2);
  const reason = value('reason') ?? '""';
  const [code = '', ...message] = (JSON.parse(reason) as string).split(': ');
  const id = value('cell') ?? '';
  const [distro = '', arch = '', fs = ''] = id.split('-');
  return {
    name,
    code: name.replace(/\.\d+$/, ''),
    provoked: head[0] ?? '',
    sentence: value('sentence') ?? '',
    evidence: {
      console: body < 0 ? [] : lines.slice(body),
      before: Number(value('before') ?? 0),
      check: value('check') ?? '',
      phase: value('phase') === 'none' ? undefined : value('phase'),
      reason: { code, message: message.join(': ') },
      cell: { id, distro, arch, fs },
    },
  };
}

export const transcripts: readonly Transcript[] = readdirSync(folder)
  .filter((file) => file.endsWith('.txt'))
  .map(read);
