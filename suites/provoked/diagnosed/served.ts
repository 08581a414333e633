import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Origin } from '../../../mirrors/proxy/origin.test-support.ts';
import { run } from '../../../runners/process/command.ts';
import { archive, deb, entry, newSigner, type Recipe } from './archives.ts';

/** What the installer of debian13 wants to have installed, by its own words. */
export const WANTED = 'initramfs-tools udev kmod zstd';

const day = 86_400_000;

const essential = entry('base-files', undefined, 'Essential: yes');
const all = (more: (name: string) => string = () => '') =>
  essential +
  WANTED.split(' ')
    .map((name) => entry(name, undefined, more(name)))
    .join('');

/** The same over TLS, with a certificate of today. @returns where, and the certificate. */
async function serveOverTls(folder: string, stack: AsyncDisposableStack): Promise<{ port: number; cert: string }> {
  const [keyFile, certFile] = [join(folder, 'tls.key'), join(folder, 'tls.crt')];
  const names = ['-subj', '/CN=archive', '-addext', 'subjectAltName=IP:10.0.2.2'];
  await run([
    'openssl',
    'req',
    '-x509',
    '-nodes',
    '-newkey',
    'rsa:2048',
    '-keyout',
    keyFile,
    '-out',
    certFile,
    ...names,
  ]);
  const cert = await readFile(certFile, 'utf8');
  const server = createServer({ key: await readFile(keyFile), cert }, (_, response) => response.end());
  stack.defer(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { port: (server.address() as AddressInfo).port, cert };
}

/** Makes what the guests are to find and not to find. @returns its address, as a guest reaches this host's loopback. */
export async function serveArchives(origin: Origin, folder: string, stack: AsyncDisposableStack): Promise<string> {
  const signer = await newSigner(`${folder}/gnupg`);
  const stranger = await newSigner(`${folder}/stranger`);
  origin.files['/own.asc'] = { body: signer.publicKey };
  const broken = await deb(folder, 'broken', { postinst: '#!/bin/sh\necho "nothing works here"\nexit 3\n' });
  origin.files['/broken.deb'] = { body: broken };

  const offer = async (name: string, recipe: Recipe, by = signer) => {
    Object.assign(origin.files, await archive(`/${name}`, by, recipe));
  };
  await offer('unknown-key', {}, stranger);
  await offer('changed', { tamper: (text) => text.replace('Origin: Nobody', 'Origin: Nobody else') });
  await offer('tomorrow', { date: new Date(Date.now() + day) });
  await offer('last-year', { date: new Date(Date.now() - 300 * day), validUntil: new Date(Date.now() - 200 * day) });
  await offer('two-states', { packages: all(), otherIndex: all().replace('Version: 1', 'Version: 2') });
  await offer('bare', { packages: essential });
  await offer('unmet', { packages: all((name) => (name === 'udev' ? 'Depends: no-such-thing (>= 2)' : '')) });
  origin.files['/busy/dists/trixie/InRelease'] = { status: 503, body: 'busy' };
  origin.files['/portal/dists/trixie/InRelease'] = { body: '<html>Log in first</html>' };
  origin.files['/mute/dists/trixie/InRelease'] = { silent: true };

  const { port, cert } = await serveOverTls(folder, stack);
  origin.files['/tls.crt'] = { body: cert };
  origin.files['/tls'] = { body: `https://10.0.2.2:${port}` };

  return origin.uri.replace('127.0.0.1', '10.0.2.2');
}
