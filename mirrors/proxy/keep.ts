import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readlink, rename, rm, stat, symlink, utimes } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { type Algorithm, type Digest, Digester } from './digest.ts';
import { contentPath, linkPath, type Tree } from './layout.ts';

export interface Body {
  readonly sha256: string;
  readonly bytes: number;
}

/** What the proxies of all runs keep; layout.ts draws it. Whatever was once put into it is there whole, also after a loss of power. */
export class Keep {
  readonly #packages: string;
  readonly #drafts: string;

  /** @param drafts a folder of the run's own on the same filesystem; it exists. */
  constructor(packages: string, drafts: string) {
    this.#packages = packages;
    this.#drafts = drafts;
  }

  /** Takes in what stands in a file from `offset` to its end. @param modified becomes the time that later answers bear. */
  async put(file: string, offset: number, modified: Date): Promise<Body> {
    const draft = join(this.#drafts, randomUUID());
    const digester = new Digester(['sha256']);
    let bytes = 0;
    try {
      await using out = await open(draft, 'wx', 0o600);
      for await (const piece of createReadStream(file, { start: offset })) {
        digester.update(piece as Buffer);
        bytes += (piece as Buffer).length;
        await out.writeFile(piece as Buffer);
      }
      await out.sync();
      const { sha256 = '' } = digester.hex();
      await utimes(draft, modified, modified);
      const path = contentPath(this.#packages, sha256);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await rename(draft, path);
      return { sha256, bytes };
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
  }

  /** Whether a body has another hash too. */
  async matches(sha256: string, { algorithm, hex }: Digest): Promise<boolean> {
    return (algorithm === 'sha256' ? sha256 : await this.#hash(sha256, algorithm)) === hex;
  }

  async #hash(sha256: string, algorithm: Algorithm): Promise<string | undefined> {
    const digester = new Digester([algorithm]);
    for await (const piece of createReadStream(contentPath(this.#packages, sha256))) digester.update(piece as Buffer);
    return digester.hex()[algorithm];
  }

  /** Has a name lead to a body, in place of whatever it led to. */
  async link(tree: Tree, key: string, sha256: string): Promise<void> {
    const path = linkPath(this.#packages, tree, key);
    const draft = join(this.#drafts, randomUUID());
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await symlink(relative(dirname(path), contentPath(this.#packages, sha256)), draft);
    await rename(draft, path);
  }

  /** The body that a name leads to. */
  async find(tree: Tree, key: string): Promise<string | undefined> {
    try {
      return (await readlink(linkPath(this.#packages, tree, key))).split('/').at(-1);
    } catch {
      return undefined;
    }
  }

  /** What its archive said of the time at which a body was last changed; undefined where it is gone. */
  async modified(sha256: string): Promise<Date | undefined> {
    return (await stat(contentPath(this.#packages, sha256)).catch(() => undefined))?.mtime;
  }
}
