import type { FailOn } from '../channels/console/console.ts';

/** What on a console makes further waiting pointless, whichever system is up. */
export const FATAL_SIGHTS: readonly FailOn[] = [
  { pattern: /Kernel panic - not syncing: [^\n]+\n/, code: 'kernel-panic', message: "the guest's kernel panicked" },
  {
    pattern: /You are in emergency mode/,
    code: 'emergency-mode',
    message: 'systemd gave up and offers an emergency shell',
  },
  {
    pattern: /ALERT! +[^\n]* does not exist/,
    code: 'root-missing',
    message: 'the initramfs did not find the root device',
  },
  {
    pattern: /Target filesystem doesn't have requested [^\n]*/,
    code: 'root-unusable',
    message: 'the root filesystem has no init',
  },
  { pattern: /\n\(initramfs\) /, code: 'initramfs-shell', message: 'the initramfs gave up and offers a shell' },
  {
    pattern: /Entering emergency mode\. Exit the shell/,
    code: 'initramfs-shell',
    message: 'dracut gave up and offers a shell',
  },
  { pattern: /stub: [^\n]*: a shell instead/, code: 'stub-initramfs', message: "stub's initramfs gave up" },
];

/** What shows, after a reboot, that stub is up again instead of the system that was installed. */
export const STUB_CAME_BACK: readonly FailOn[] = [
  {
    pattern: /stub: kexec-boot: nothing to boot: [^\n]*\n/,
    code: 'kexec-not-done',
    message: 'stub found nothing to boot',
  },
  { pattern: /stub: plugin [^\n]* failed [^\n]*\n/, code: 'kexec-not-done', message: 'a plugin of stub failed' },
  // A root shell that nobody logged in to, behind the kernel's last words before user space; or of a getty, in other stubs.
  {
    pattern:
      /Run \/init as init process\n(?:(?!Linux version| login: )[\s\S]){0,4000}?root@[\w.-]+:~# | login: root \(automatic login\)/,
    code: 'kexec-not-done',
    message: 'stub came up instead of the installed system',
  },
];
