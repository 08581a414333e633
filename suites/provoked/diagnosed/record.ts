import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cell } from '../../../runners/cell/cell.ts';
import type { Reason } from '../../../runners/events/event.ts';

/**
 * Writes what was seen of a failure into the folder that STUB_MATRIX_TRANSCRIPTS names, in the form of
 * runners/machine/diagnosis/transcripts: material for a new row. Does nothing where it names none.
 */
export async function record(name: string, code: string, cell: Cell, check: string, reason: Reason): Promise<void> {
  const folder = process.env.STUB_MATRIX_TRANSCRIPTS;
  if (folder === undefined) return;
  const { console, phase } = cell.evidence;
  const day = new Date().toISOString().slice(0, 10);
  const { id: cellId, distro } = cell.planned.cell;
  const from = cell.planned.archives.includes('real') ? '' : `, installed from a stand-in for ${distro}`;
  const head = [
    `# ${day}, a guest of stub's own image under TCG${from}, suites/provoked: ${name}`,
    `# check: ${check}`,
    `# phase: ${phase ?? 'none'}`,
    `# cell: ${cellId}`,
    `# reason: ${JSON.stringify(`${reason.code}: ${reason.message.split('; the console ends in\n')[0]}`)}`,
  ];
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, `${code}--${name.replaceAll(/\W+/g, '-')}.txt`),
    `${[...head, ...console].join('\n')}\n`,
  );
}
