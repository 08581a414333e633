import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attempt } from '../../runners/process/command.ts';
import { makeImage, withoutDocker } from './docker.test-support.ts';
import { bench } from './proxy.test-support.ts';

const at = bench();
const image = `stub-matrix-test/nginx:ways-${process.pid}`;

/** What a host is without. */
const NGINX = ['/usr/sbin/nginx'];
const ENGINE = [...NGINX, '/var/run/docker.sock'];

/** What becomes of a run's search for an nginx, on this host without what is hidden from it; nothing is fetched. */
async function waysWithout(hidden: readonly string[], wanted: string): Promise<string> {
  const source = JSON.stringify(join(import.meta.dirname, 'nginx-ways.ts'));
  const file = join(at.folder, 'ways.mjs');
  writeFileSync(
    file,
    `import { nginxInWords, prepareNginx, wayToNginx } from ${source};
    const wishes = { cacheFolder: ${JSON.stringify(at.cache)}, image: ${JSON.stringify(wanted)} };
    const { signal } = new AbortController();
    const fetcher = { fetch: false, register: {}, signal };
    const told = async (way) => way.then((found) => typeof found, ({ code, message, hint }) => [code, message, hint].join('; '));
    console.log(await told(prepareNginx(wishes, fetcher)));
    console.log(await told(wayToNginx(wishes, {})));
    console.log(await nginxInWords(wishes));`,
  );
  // Each covered by a device, which is no program and no socket.
  const cover = 'for each in $HIDDEN; do [ ! -e "$each" ] || mount --bind /dev/null "$each" || exit; done; exec "$@"';
  const { stdout, stderr } = await attempt(['unshare', '--mount', 'sh', '-c', cover, 'sh', process.execPath, file], {
    env: { HIDDEN: hidden.join(' '), PATH: '/usr/bin:/bin' },
  });
  return stdout || stderr;
}

const skipped = withoutDocker || process.getuid?.() !== 0;

describe.skipIf(skipped)('the way to an nginx (skipped where docker, mmdebstrap or root is missing)', () => {
  let made: AsyncDisposable;
  beforeAll(async () => {
    made = await makeImage(image);
  });
  afterAll(() => made?.[Symbol.asyncDispose]());

  test('is a container where the host has none and the engine has the image', async () => {
    expect(await waysWithout(NGINX, image)).toMatch(
      /^undefined\nfunction\nnone yet; .* else has Docker [\d.]+\S* start stub-matrix-test\/nginx:ways-\d+, which it has$/,
    );
  });

  test('is none where the engine lacks the image, and both ways are named', async () => {
    const refusal = String.raw`no-nginx; this host has no nginx, .* and Docker \S+ lacks x/y:z; install it .*docker pull x/y:z.*--direct`;
    expect(await waysWithout(NGINX, 'x/y:z')).toMatch(
      new RegExp(`^${refusal}\n${refusal}\nnone yet; .*which it has to fetch$`),
    );
  });

  test('is none where no engine answers either', async () => {
    const refusal = 'no-nginx; this host has no nginx, .* and no container engine answers .*; install it .*--direct';
    expect(await waysWithout(ENGINE, image)).toMatch(
      new RegExp(`^${refusal}\n${refusal}\nnone yet; .*no container engine answers$`),
    );
  });
});
