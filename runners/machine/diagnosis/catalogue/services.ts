import { type Row, RUNNING } from '../row.ts';

/** A system that is up, and what is asked of it from outside: known by the check and its reason. */
export const SERVICES: readonly Row[] = [
  {
    code: 'unit-failed',
    explains: { ...RUNNING, check: /no unit has failed/ },
    reason: /\b(?<unit>[\w@.\\-]+\.(?:service|mount|socket|target|swap|timer)) +loaded +failed/,
    sentence: 'the unit {unit} has failed',
    hint: 'Run with --keep and ask it: systemctl status, journalctl -u UNIT.',
  },
  {
    code: 'sshd-not-started',
    explains: RUNNING,
    reason: /^ssh-unreachable: .*the last one stuck in the phase "(?<phase>[^"]+)": (?<because>.+)/,
    sentence: 'nobody lets us in over SSH: {because} (phase {phase})',
    hint: 'Ask at the console: systemctl status ssh sshd (run with --keep).',
  },
  {
    code: 'ssh-key-refused',
    explains: RUNNING,
    reason: /^ssh-refused: (?<words>.+)/,
    sentence: "sshd does not take the run's key: {words}",
    hint: 'Look at /root/.ssh/authorized_keys of the installed system.',
  },
  {
    code: 'agent-missing',
    explains: RUNNING,
    reason: /^agent-silent: (?<command>[\w-]+): no answer from the guest agent/,
    sentence: 'no guest agent answers in the installed system ({command})',
    hint: 'Ask at the console: systemctl status qemu-guest-agent (run with --keep).',
  },
  {
    code: 'llmnr-silent',
    explains: { ...RUNNING, check: /LLMNR/ },
    reason: /^llmnr-silent: |^assertion: addresses of (?<host>\S+): expected \[\]/,
    sentence: "nobody on the guest's network answers for its name over LLMNR",
    hint: 'Ask at the console: resolvectl llmnr, or systemctl status llmnrd (run with --keep).',
  },
  {
    code: 'host-key-changed',
    explains: { ...RUNNING, check: /host key is the stub's/ },
    reason: /^assertion: /,
    sentence: "sshd of the installed system shows another host key than stub's",
    hint: 'Look at when /etc/ssh/ssh_host_ed25519_key was made: a package may make its own.',
  },
  {
    code: 'password-accepted',
    explains: { ...RUNNING, check: /SSH refuses a password/ },
    reason: /^assertion: expected '(?<outcome>\w+)' to be 'refused'/,
    sentence: 'sshd of the installed system lets in by a password ({outcome})',
    hint: 'Look at sshd -T of the installed system: permitrootlogin, passwordauthentication, permitemptypasswords.',
  },
  {
    code: 'initramfs-lacks-drivers',
    explains: { ...RUNNING, check: /initramfs holds the drivers/ },
    reason: /^assertion: drivers in the initramfs/,
    sentence: 'the initramfs of the installed system lacks drivers that other roots need',
    hint: "Look at the distribution's initramfs part in image/files/usr/lib/stub/install.",
  },
  {
    code: 'sources-wrong',
    explains: { ...RUNNING, check: /security archive is configured/ },
    reason: /^assertion: /,
    sentence: "the installed system's package sources are not those of {distro}",
    hint: 'Compare the sources in the reason with the row in matrix.yaml.',
  },
];

/** A machine that ended by itself. */
export const ENDED: readonly Row[] = [
  {
    code: 'guest-powered-off',
    reason: /^guest-powered-off: the guest powered itself off while we waited for (?<awaited>.+)/,
    sentence: 'the guest switched itself off before {awaited}',
    hint: 'Its last words on the console say who asked for it.',
  },
];
