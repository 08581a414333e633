import { BOOT, type Row, SILENCE } from '../row.ts';

/** The boot of a system with systemd, and its services. */
export const SYSTEMD: readonly Row[] = [
  {
    code: 'device-timed-out',
    explains: BOOT,
    seen: [/Timed out waiting for device (?<device>\S+?)(?: - .*)?\.?$/, /Dependency failed for (?<unit>.+?)\.?$/],
    sentence: 'the boot waited in vain for {device}, which {unit} needs',
    hint: 'Look at /etc/fstab and /etc/crypttab of the installed system.',
  },
  {
    code: 'mount-failed',
    explains: BOOT,
    seen: [/Failed to mount (?<what>.+?)\.?$/],
    sentence: 'the installed system could not mount {what}',
    hint: 'Look at /etc/fstab of the installed system, and at what the kernel said of the filesystem.',
  },
  {
    code: 'emergency-mode',
    explains: BOOT,
    seen: [/You are in emergency mode/],
    sentence: 'systemd gave up the boot and offers an emergency shell',
    hint: 'Run with --keep and ask it: systemctl --failed, journalctl -b -p err.',
  },
  {
    code: 'dependency-failed',
    explains: { phases: ['boot-installed', 'boot-stub'] },
    seen: [/Failed to start (?<cause>.+?)\.?$/, /Dependency failed for (?<unit>.+?)\.?$/],
    sentence: '{cause} did not start, and so {unit} did not either',
    hint: 'Run with --keep and ask it: systemctl --failed, journalctl -b -p err.',
  },
  {
    code: 'job-waiting',
    explains: { phases: ['boot-installed', 'boot-stub'], codes: SILENCE },
    seen: [/A (?:start|stop) job is running for (?<unit>.+?) \(|Job (?<unit>\S+)\/(?:start|stop) running \(/],
    sentence: 'the boot waited for {unit}, which neither started nor failed',
    hint: 'Run with --keep and ask it: systemctl list-jobs.',
  },
  {
    code: 'shutdown-waiting',
    explains: { phases: ['shutdown', 'power-off'] },
    seen: [/A stop job is running for (?<unit>.+?) \(|Job (?<unit>\S+)\/stop running \(/],
    sentence: 'the shutdown waited for {unit}, which did not end',
    hint: 'Run with --keep and ask it: systemctl list-jobs.',
  },
  {
    code: 'power-off-unheeded',
    explains: { codes: ['no-power-off'] },
    unless: /\] (?:Stopping|Stopped) |reboot: Power down/,
    reason: /^no-power-off: .*: not seen within (?<seconds>\d+) s of asking for it by the (?<way>\w+)/,
    sentence: 'the guest did not heed the {way} that asked it to power off: in {seconds} s it stopped nothing',
    hint: 'Ask at the console what listens: systemctl status systemd-logind, loginctl (run with --keep).',
  },
  {
    code: 'unit-failed-at-boot',
    explains: BOOT,
    seen: [/\[FAILED\] Failed to start (?<unit>.+?)\.?$/],
    sentence: '{unit} did not start',
    hint: 'Run with --keep and ask it: systemctl --failed, journalctl -b -p err.',
  },
];
