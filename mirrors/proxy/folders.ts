import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../../runners/errors.ts';
import { placeOf } from './archives.ts';

/** An archive that lies in a folder of this host and is served from there as it is: nobody is asked for it, and nothing of it kept. */
export interface LocalArchive {
  /** As guests name it, such as http://stand-in.invalid/rocky8: it need not exist. */
  readonly uri: string;
  /** Absolute path, or a file: URL. It may come to be after the proxy. */
  readonly folder: string;
}

export interface PlacedFolder {
  readonly uri: string;
  readonly host: string;
  readonly base: string;
  /** Absolute path. */
  readonly folder: string;
}

/**
 * Of two folders one within the other the inner comes first.
 *
 * @throws UsageError `odd-archive`, `odd-folder`, `folder-twice`
 */
export function placed(archives: readonly LocalArchive[]): readonly PlacedFolder[] {
  const all = archives.map(({ uri, folder }) => ({ ...placeOf(uri), folder: pathOf(folder) }));
  for (const [place, { uri, host, base }] of all.entries()) {
    if (all.findIndex((each) => each.host === host && each.base === base) < place) throw twice(uri);
  }
  return all.toSorted((a, b) => b.uri.length - a.uri.length);
}

function pathOf(folder: string): string {
  if (isAbsolute(folder)) return folder;
  try {
    return fileURLToPath(folder);
  } catch (cause) {
    const message = `${folder} is neither the absolute path of a folder nor a file: URL`;
    throw new UsageError({ code: 'odd-folder', message, hint: 'write file:///srv/mirror, or /srv/mirror', cause });
  }
}

function twice(uri: string): UsageError {
  return new UsageError({ code: 'folder-twice', message: `two folders are to be served as ${uri}: choose one` });
}
