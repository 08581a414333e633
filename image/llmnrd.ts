import { createHash } from 'node:crypto';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { WayOut } from '../mirrors/way-out.ts';
import { HarnessError } from '../runners/errors.ts';
import { architectures, type ImageArch, llmnrd } from './recipe.ts';
import type { Toolbox } from './toolbox.ts';

const downloadTimeout = 60;

/** Fetches the source and refuses it when its bytes are not those that were signed for. */
async function fetchSource(uri: string, file: string, signal?: AbortSignal): Promise<void> {
  const url = `${uri.replace(/\/$/, '')}/${llmnrd.path}`;
  const deadline = AbortSignal.timeout(downloadTimeout * 1000);
  let bytes: Buffer;
  let status: number | undefined;
  try {
    using out = new WayOut(process.env);
    const answer = await out.ask(url, { signal: signal ? AbortSignal.any([signal, deadline]) : deadline });
    bytes = await buffer(answer);
    status = answer.statusCode;
  } catch (cause) {
    throw new HarnessError({
      code: 'llmnrd-source',
      message: `cannot fetch ${url}`,
      hint: 'Give another mirror with --mirror.',
      cause,
    });
  }
  const found = createHash('sha256').update(bytes).digest('hex');
  if (status !== 200 || found !== llmnrd.sha256) {
    throw new HarnessError({
      code: 'llmnrd-source',
      message: `${url} answered ${status} with SHA-256 ${found}, expected ${llmnrd.sha256}`,
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
  {
    scratch,
    output,
    tools,
    signal,
  }: { scratch: string; output: string; tools: Toolbox; signal?: AbortSignal | undefined },
): Promise<void> {
  const { triplet } = architectures[arch];
  const source = join(scratch, 'llmnrd');
  await mkdir(source);
  await fetchSource(uri, join(source, 'source.tar.bz2'), signal);
  const work = { folder: source, purpose: `compiling llmnrd for ${arch}`, signal };
  await tools.run(['tar', '--extract', '--file', 'source.tar.bz2', '--strip-components=1', '--no-same-owner'], work);
  const settings = [`CROSS_COMPILE=${triplet}-`, `CC=${triplet}-gcc`, 'CFLAGS=-O2 -W -Wall', 'LDFLAGS=-static', 'V=1'];
  await tools.run(['make', 'llmnrd', ...settings], work);
  const headers = await tools.run([`${triplet}-readelf`, '--program-headers', 'llmnrd'], work);
  if (/\bINTERP\b/.test(headers.stdout)) {
    throw new HarnessError({
      code: 'llmnrd-not-static',
      message: `llmnrd for ${arch} wants a dynamic loader: it would not run elsewhere`,
    });
  }
  await mkdir(dirname(output), { recursive: true });
  await copyFile(join(source, 'llmnrd'), output);
}
