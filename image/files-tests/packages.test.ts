import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadMatrix } from '../../runners/matrix/load.ts';
import { run } from '../../runners/process/command.ts';

const lists = join(import.meta.dirname, '../files/usr/lib/stub/install/debian-bootstrap.sh');

/** The names that the installers of Debian ask for, whatever the filesystem. */
async function askedFor(): Promise<readonly string[]> {
  const print = '. "$0" && printf "%s " "$BOOT_PACKAGES" "$BASE_PACKAGES" "$USER_PACKAGES"';
  const { stdout } = await run(['bash', '-c', print, lists]);
  return stdout.split(/\s+/).filter(Boolean);
}

test.each(['debian12', 'debian13'])('what matrix.yaml says of %s is what its installer asks for', async (id) => {
  const asked = await askedFor();
  expect(loadMatrix().distributions[id]?.packages.filter((name) => !asked.includes(name))).toEqual([]);
});
