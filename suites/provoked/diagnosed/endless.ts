import { CHECKS, type Failure } from './failure.ts';
import { asInstaller } from './installer.ts';

const check = CHECKS.install;

/** Installers that never end, each in a stub of its own. Nobody's clock says that they have failed: only that they get nowhere. */
export const endless: readonly Failure[] = [
  {
    name: 'an installer that waits for what does not come',
    provoke: asInstaller('echo "waiting for the archive"', 'sleep infinity'),
    check,
    code: 'silent',
    says: /said and done nothing for \d+ s, where the end of the installer .* waiting for the archive/,
  },
  {
    name: 'an installer that tries the same again and again',
    provoke: asInstaller('while :; do echo "the archive is busy, once more"; sleep 1; done'),
    check,
    code: 'looping',
    says: /said the same again and again for \d+ s, .* the archive is busy, once more/,
  },
  {
    name: 'an installer that switches the machine off',
    provoke: asInstaller('poweroff -f', 'sleep infinity'),
    check,
    code: 'guest-powered-off',
    says: /switched itself off/,
  },
];
