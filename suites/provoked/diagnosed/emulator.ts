import { writeFile } from 'node:fs/promises';
import { scratchFolder } from '../../harness/lone-cell.ts';

/**
 * From now on guests start with other words for QEMU, until the stack ends: a machine that somebody has put together wrongly.
 *
 * @param pattern of bash: words that begin with it are replaced.
 */
export async function replaceWords(stack: AsyncDisposableStack, pattern: string, replacement: string): Promise<void> {
  const folder = await scratchFolder(stack);
  const script = `#!/bin/bash\nPATH=\${PATH#*:} exec "\${0##*/}" "\${@/#${pattern}/${replacement}}"\n`;
  await writeFile(`${folder}/qemu-system-x86_64`, script, { mode: 0o755 });
  const { PATH } = process.env;
  process.env.PATH = `${folder}:${PATH}`;
  stack.defer(() => {
    process.env.PATH = PATH;
  });
}
