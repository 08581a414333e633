import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Where the image has them: in the home of root, who types their names. */
const folder = join(import.meta.dirname, 'files/root');

/** The distributions that our image can install: one for each /root/<id>.sh. */
export function installers(): ReadonlySet<string> {
  const names = readdirSync(folder).filter((name) => name.endsWith('.sh'));
  return new Set(names.map((name) => name.slice(0, -'.sh'.length)));
}
