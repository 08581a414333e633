import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { attempt } from '../../runners/process/command.ts';

/** What the archive answers, by path; a list is answered one after the other, its last for good. */
type Answers = Record<string, (number | string)[]>;

let target: string;
let server: Server | undefined;
let asked: string[];
beforeEach(async () => {
  target = await mkdtemp(join(tmpdir(), 'stub-install-'));
  asked = [];
});
afterEach(async () => {
  server?.close();
  server = undefined;
  await rm(target, { recursive: true });
});

/** An archive on the loopback interface; returns its URL. */
async function archive(answers: Answers): Promise<string> {
  const listening = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    const list = answers[path] ?? [404];
    const answer = list.length > 1 ? list.shift() : list[0];
    response.writeHead(typeof answer === 'number' ? answer : 200).end(typeof answer === 'string' ? answer : '');
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
}

/** Root's mounts stay in a namespace of their own: whatever the installer does wrong, the machine keeps its own. */
const contained = process.getuid?.() === 0 ? (['unshare', '--mount', '--propagation', 'private'] as const) : [];

/**
 * Runs the installer so that it gets as far as it can without a disk: FS=virtiofs needs none, and no test machine has
 * the share. Returns its lines and status.
 */
async function install(distro: string, env: Record<string, string>): Promise<{ lines: string[]; status: number }> {
  const script = fileURLToPath(new URL(`../files/root/${distro}.sh`, import.meta.url));
  const [file, ...args] = [...contained, script];
  const { stdout, exitCode } = await attempt([file ?? script, ...args], {
    env: { FS: 'virtiofs', TARGET: target, NETWORK_WAIT: '0', NO_REBOOT: '1', ...env },
    timeout: 30,
  });
  return { lines: stdout.split('\n'), status: exitCode };
}

const main = '/dists/trixie/InRelease';
const security = '/dists/trixie-security/InRelease';
const release = (suite: string) => `Origin: Debian\nCodename: ${suite}\nDate: Sat, 21 Nov 2026 09:15:44 UTC\n`;

describe('refuses what was asked for before anything is done', () => {
  test.each([
    [
      { FS: 'zfs' },
      /^unknown FS=zfs; known are (?=.*\bxfs\b)(?=.*\bbtrfs\b)(?=.*\bext4\b)(?=.*\bvirtiofs\b)(?=.*\bluks\b)/,
    ],
    [{ FS: 'luks', LUKS_KEY: '/nosuch' }, /^FS=luks takes a key from the machine: start QEMU with -fw_cfg name=/],
    [{ FS: 'luks', LUKS_KEY: '/dev/null' }, /^the key of the machine has 0 bytes; at least 32 random ones are needed/],
    [{ FS: 'xfs', TARGET_DISK: '/dev/nosuch' }, /^no disk \/dev\/nosuch; give one by TARGET_DISK=/],
    [{ BOOTSTRAP: 'tar' }, /^unknown BOOTSTRAP=tar; known are apt mmdebstrap debootstrap/],
  ])('%o', async (env, reason) => {
    const { lines, status } = await install('debian13', env);
    expect(status).toBe(1);
    expect(lines).toHaveLength(1);
    const [head, told] = lines[0]?.split('settings: ') ?? [];
    expect(head).toBe('stub-install: FAILED in step 0/7 ');
    expect(told).toMatch(reason);
  });
});

describe('waits for the archive', () => {
  const failed = (reason: string) => `stub-install: FAILED in step 1/7 network: ${reason} (status 1)`;

  test('goes on when both indexes answer, each distribution with its own security suite', async () => {
    const url = await archive({ [main]: [release('trixie')], [security]: [release('trixie-security')] });
    const { lines, status } = await install('debian13', { MIRROR: url, SECURITY_MIRROR: url });
    expect(asked).toEqual([main, security]);
    expect(lines.slice(0, 3)).toEqual([
      expect.stringMatching(/^stub-install: step 1\/7 network \(\d+ s\)$/),
      `stub-install: ${url}${main} of Sat, 21 Nov 2026 09:15:44 UTC`,
      `stub-install: ${url}${security} of Sat, 21 Nov 2026 09:15:44 UTC`,
    ]);
    expect(lines.at(-1)).toBe(
      'stub-install: FAILED in step 2/7 filesystem: the virtiofs share "fs" cannot be mounted; was the machine given one? (status 1)',
    );
    expect(status).toBe(1);
  });

  test('asks bookworm for bookworm', async () => {
    const url = await archive({ '/dists/bookworm/InRelease': [release('bookworm')] });
    const { lines } = await install('debian12', { MIRROR: url, SECURITY_MIRROR: url });
    expect(asked).toEqual(['/dists/bookworm/InRelease', '/dists/bookworm-security/InRelease']);
    expect(lines.at(-1)).toContain(`${url}/dists/bookworm-security/InRelease does not answer`);
  });

  test('a server that is not ready is asked again', async () => {
    const url = await archive({ [main]: [503, release('trixie')] });
    await install('debian13', { MIRROR: url, SECURITY_MIRROR: url, NETWORK_WAIT: '10' });
    expect(asked).toEqual([main, main, security]);
  });

  test('as long as there is no address, nobody was asked: a slow host has one only minutes later', async () => {
    const library = fileURLToPath(new URL('../files/usr/lib/stub/install/network.sh', import.meta.url));
    const fetched = async (route: boolean) => {
      server?.close();
      const url = await archive({ [main]: [503, 503, 503, release('trixie')] });
      const script = `. "$0"; FETCH_WORDS=$2; has_route() { ${route}; }; fetch "$1"`;
      return attempt(['bash', '-c', script, library, `${url}${main}`, join(target, 'words')], {
        env: { NETWORK_WAIT: '1' },
      });
    };
    expect(await fetched(false)).toMatchObject({ exitCode: 0, stdout: release('trixie').trimEnd() });
    expect((await fetched(true)).exitCode).toBe(1);
  });

  test('a plain no is final, and names the URL', async () => {
    const url = await archive({});
    const { lines } = await install('debian13', { MIRROR: url, NETWORK_WAIT: '20' });
    expect(asked).toEqual([main]);
    expect(lines.at(-1)).toBe(
      failed(`${url}${main} does not answer: curl: (22) The requested URL returned error: 404`),
    );
  });

  test('nobody there', async () => {
    const { lines } = await install('debian13', { MIRROR: 'http://127.0.0.1:9', NETWORK_WAIT: '1' });
    expect(lines.at(-1)).toMatch(
      /network: http:\/\/127\.0\.0\.1:9\/dists\/trixie\/InRelease does not answer: curl: \(7\) /,
    );
  });

  test('an answer that is not the suite asked for', async () => {
    const url = await archive({ [main]: [release('bookworm')] });
    const { lines } = await install('debian13', { MIRROR: url });
    expect(lines.at(-1)).toBe(failed(`${url}${main} answers, but is no index of trixie`));
  });
});
