import { expect } from 'vitest';
import { Cell } from '../runners/cell/cell.ts';
import { packageSourcesOf, versionPattern } from '../runners/matrix/distribution.ts';
import { cellSuite } from './harness/check.ts';
import { agentAnswers, GUEST_IPV4, noUnitHasFailed, resolvesOverIpv4, resolvesOverIpv6 } from './reachable.ts';
import { atConsole, overSsh } from './vocabulary.ts';

/** Beside the run of the others: its failure says nothing about those behind it. */
const alone = { independent: true };
/** The same, and waits for most of its time. */
const meanwhile = { meanwhile: true };

/**
 * What every cell must show, in the order in which a person would see it. A new check is a new entry here, in the words of
 * vocabulary.ts: docs/how-to/write-a-check.md.
 */
export const suite = cellSuite(Cell.open, (check) => {
  check('the stub image is built or reused', async (cell) => {
    await cell.prepare();
    await cell.findKept();
  });

  check('stub reaches the root shell on its console', async (cell) => {
    const outcome = await cell.bootStub();
    const [stub] = cell.systems.seen;
    if (stub) expect(stub.root.type, 'a writable overlay on the read-only squashfs').toBe('overlay');
    return outcome;
  });

  check('the installer, typed at that shell, ends well', (cell) => cell.install());

  check('the reboot hands over by kexec to the installed kernel', (cell) => cell.reachInstalled());

  check(
    'SSH logs in by key',
    async (cell) => {
      const { succeed } = overSsh(cell);
      // Not `hostname`: a package that EL installs only where something needs it.
      expect(await succeed('uname -n')).toBe(cell.hostName);
      // A key that came with this boot, by a credential, would let in as well.
      expect(await succeed(KEY_IS_OLDER_THAN_BOOT), 'the key was there before the boot').toBe('yes');
    },
    alone,
  );

  check(
    "the SSH host key is the stub's",
    async (cell) => {
      const { hostKey } = await cell.guest.ssh();
      expect(hostKey.base64).toBe(cell.stubHostKey);
    },
    alone,
  );

  check('the host name resolves over LLMNR: A over IPv4', resolvesOverIpv4, alone);

  check('the host name resolves over LLMNR: AAAA over IPv6', resolvesOverIpv6, alone);

  check('the guest agent answers', agentAnswers, alone);

  check(
    'the guest agent names the distribution and its version',
    async (cell) => {
      const info = await cell.guest.agent('its distribution', (agent, patience) => agent.osinfo(patience));
      const { title, ...row } = cell.planned.distribution;
      const { 'os-release': expected } = row;
      const said = 'system-release' in row ? row['system-release'] : undefined;
      // What stands in for a distribution says so, and what does not never does.
      expect(info['variant-id'] === 'stand-in', 'it calls itself a stand-in').toBe(cell.archive === 'stand-in');
      if (!expected) {
        const systemRelease = await atConsole(cell).succeed('cat /etc/system-release');
        expect(systemRelease, `${title} has no os-release, but`).toBe(said);
        return;
      }
      const VERSION_ID = expect.stringMatching(versionPattern(expected.VERSION_ID));
      expect({ ID: info.id, VERSION_ID: info['version-id'] }).toEqual({ ID: expected.ID, VERSION_ID });
    },
    alone,
  );

  check(
    "the guest agent lists the interface's address",
    async (cell) => {
      const interfaces = await cell.guest.agent('its interfaces', (agent, patience) =>
        agent.networkInterfaces(patience),
      );
      const card = interfaces.find(({ name }) => name === 'eth0');
      expect(card?.['ip-addresses']?.map((each) => each['ip-address'])).toContain(GUEST_IPV4);
    },
    alone,
  );

  check(
    'the guest agent runs a command',
    async (cell) => {
      const result = await cell.guest.agent('a command', (agent, patience) => agent.exec(['uname', '-r'], patience));
      expect(result).toEqual({ exitCode: 0, stdout: `${cell.systems.seen.at(-1)?.release}\n`, stderr: '' });
    },
    alone,
  );

  check('no unit has failed', noUnitHasFailed, alone);

  check(
    'the root filesystem is mounted read-write',
    async (cell) => {
      const { root } = cell.systems.seen.at(-1) ?? {};
      expect(root?.options).toContain('rw');
      await atConsole(cell).succeed('touch /root/.writable && rm /root/.writable');
    },
    alone,
  );

  check(
    'the right security archive is configured, and no other',
    async (cell) => {
      const sources = (await atConsole(cell).succeed(cell.family.packageSources)).split('\n').filter(Boolean);
      const suites = sources.map((line) => line.split(' ').at(-1));
      expect(suites.toSorted()).toEqual(packageSourcesOf(cell.planned.distribution).toSorted());
    },
    alone,
  );

  // What goes on beside the others is judged last.
  check(
    'SSH refuses a password and an empty one',
    async (cell) => {
      const { outcome } = await cell.guest.passwords();
      expect(outcome).toBe('refused');
    },
    meanwhile,
  );

  check(
    'another name is not answered over LLMNR',
    async (cell) => {
      expect(await cell.guest.isUnanswered('no-such-host', cell.hostName)).toBe(true);
    },
    meanwhile,
  );

  check(
    'the initramfs holds the drivers of other roots',
    async (cell) => {
      if (cell.drivers.length === 0) return { skipped: 'matrix.yaml rules out every filesystem that needs one' };
      const files = await overSsh(cell).succeed(cell.family.initramfsDrivers);
      const found = cell.drivers.filter((driver) => files.includes(`/${driver}.ko`));
      expect(found, `drivers in the initramfs, whose files are:\n${files}`).toEqual(cell.drivers);
      return undefined;
    },
    meanwhile,
  );

  check('a second reboot, asked for by the guest, comes up by kexec again', (cell) => cell.rebootAgain());

  check('asked from outside to power off, the guest ends QEMU', (cell) => cell.powerOff());
});

const KEY_IS_OLDER_THAN_BOOT =
  'test "$(stat -c %Y /root/.ssh/authorized_keys)" -lt "$(sed -n "s/^btime //p" /proc/stat)" && echo yes || echo no';
