import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HarnessError } from '../runners/errors.ts';
import { attempt, run } from '../runners/process/command.ts';
import { architectures, type ImageArch, llmnrd } from './recipe.ts';

const downloadTimeout = 60;

/** Fetches the source and refuses it when its bytes are not those that were signed for. */
async function fetchSource(uri: string, file: string, signal?: AbortSignal): Promise<void> {
  const url = `${uri.replace(/\/$/, '')}/${llmnrd.path}`;
  const deadline = AbortSignal.timeout(downloadTimeout * 1000);
  let response: Response;
  try {
    response = await fetch(url, { signal: signal ? AbortSignal.any([signal, deadline]) : deadline });
  } catch (cause) {
    throw new HarnessError({
      code: 'llmnrd-source',
      message: `cannot fetch ${url}`,
      hint: 'Give another mirror with --mirror.',
      cause,
    });
  }
  const bytes = Buffer.from(await response.arrayBuffer());
  const found = createHash('sha256').update(bytes).digest('hex');
  if (!response.ok || found !== llmnrd.sha256) {
    throw new HarnessError({
      code: 'llmnrd-source',
      message: `${url} answered ${response.status} with SHA-256 ${found}, expected ${llmnrd.sha256}`,
      hint: 'The mirror is damaged or carries another file; give another one with --mirror.',
    });
  }
  await writeFile(file, bytes);
}

/**
 * Compiles llmnrd for the image's architecture, linked statically so that it runs in any distribution, and puts it at
 * `output`. `scratch` is a folder for the source tree.
 */
export async function buildLlmnrd(
  arch: ImageArch,
  uri: string,
  scratch: string,
  output: string,
  signal?: AbortSignal,
): Promise<void> {
  const { triplet } = architectures[arch];
  const source = join(scratch, 'llmnrd');
  const archive = join(scratch, 'llmnrd.tar.bz2');
  await fetchSource(uri, archive, signal);
  await mkdir(source);
  await run(['tar', '--extract', '--file', archive, '--directory', source, '--strip-components=1']);
  await run(
    [
      'make',
      '-C',
      source,
      'llmnrd',
      `CROSS_COMPILE=${triplet}-`,
      `CC=${triplet}-gcc`,
      'CFLAGS=-O2 -W -Wall',
      'LDFLAGS=-static',
      'V=1',
    ],
    { purpose: `compiling llmnrd for ${arch}`, ...(signal ? { signal } : {}) },
  );
  const program = await readFile(join(source, 'llmnrd'));
  const described = await attempt([`${triplet}-readelf`, '--program-headers', join(source, 'llmnrd')]);
  if (described.exitCode !== 0 || /\bINTERP\b/.test(described.stdout)) {
    throw new HarnessError({
      code: 'llmnrd-not-static',
      message: `llmnrd for ${arch} wants a dynamic loader: it would not run elsewhere`,
    });
  }
  await mkdir(dirname(output), { recursive: true });
  await writeFile(output, program, { mode: 0o755 });
}
