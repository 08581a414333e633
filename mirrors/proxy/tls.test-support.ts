import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../runners/process/command.ts';

/** A certificate for a name, which trusts itself: in `folder`, which exists. */
export async function makeCertificate(folder: string, name: string) {
  const pair = ['-keyout', 'key.pem', '-out', 'cert.pem'];
  const names = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`];
  await run(
    ['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', ...pair, ...names],
    { cwd: folder },
  );
  const trust = join(folder, 'cert.pem');
  return { key: await readFile(join(folder, 'key.pem')), cert: await readFile(trust), trust };
}
