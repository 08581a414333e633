import { asGuestsSay } from '../../mirrors/proxy/archives.ts';
import type { FailOn } from '../channels/console/console.ts';
import { GuestFailure } from '../errors.ts';
import type { Machine, Mark, Patience } from '../machine/machine.ts';
import type { Cell } from '../matrix/cells.ts';
import type { RunOptions } from '../matrix/options.ts';
import { pasteable } from '../process/command.ts';
import { GUEST_PROXY } from '../qemu/argv.ts';
import { type CellArchive, exceptionSettings } from './archive.ts';
import { KEYRING_FILE } from './guest-spec.ts';
import type { Phases } from './phases.ts';
import type { Prepared } from './prepare.ts';

/** The line a person would type at stub's root shell. */
export function installerLine(
  cell: Cell,
  {
    archive,
    exception,
  }: Pick<Prepared, 'exception'> & { readonly archive: Pick<CellArchive, 'uri' | 'securityUri' | 'keyring'> },
  options: Pick<RunOptions, 'bootstrap' | 'proxy'>,
): string {
  const named = options.proxy ? asGuestsSay : (uri: string) => uri;
  const settings: Record<string, string | undefined> = {
    // As curl, apt, dnf and wget read it. The mirror is named by its own address, which the new system is to have.
    http_proxy: options.proxy && `http://${GUEST_PROXY.address}:${GUEST_PROXY.port}`,
    FS: cell.fs,
    MIRROR: named(archive.uri),
    SECURITY_MIRROR: named(archive.securityUri),
    KEYRING: archive.keyring && KEYRING_FILE,
    BOOTSTRAP: options.bootstrap,
    ...exceptionSettings(exception),
  };
  const words = Object.entries(settings).flatMap(([name, value]) => (value ? [`${name}=${pasteable([value])}`] : []));
  return [...words, `./${cell.distro}.sh`].join(' ');
}

const INSTALLER_FAILED: FailOn = {
  pattern: /stub-install: FAILED in [^\n]*\n/,
  code: 'installer-failed',
  message: 'the installer gave up',
};

/** Between two signs of life within a step, in milliseconds: the events are kept, and packages come by the hundred. */
const SIGN_EVERY = 10_000;

/** Passes on the installer's steps as they begin and, now and then, what the package manager is about. */
function follow(phases: Phases): (line: string) => void {
  let step = '';
  let last = 0;
  return (line) => {
    const begun = /^stub-install: step (\S+ \S+)/.exec(line)?.[1];
    const about = /^(Get:\d+|Unpacking|Setting up|Processing triggers for|update-initramfs:) [^(]*/.exec(line)?.[0];
    if (begun) step = begun;
    else if (!about || Date.now() - last < SIGN_EVERY) return;
    last = Date.now();
    phases.progress(begun ?? `${step}: ${about?.trim()}`);
  };
}

export interface InstallEnd {
  /** Where on the console it began. */
  readonly mark: Mark;
  /** The digest of the packages' names and versions, if the installer told it. */
  readonly packages: string;
}

/** Types the line at the shell and waits until the installer says that it is done. */
export async function install(machine: Machine, line: string, phases: Phases, patience: Patience): Promise<InstallEnd> {
  const { console } = machine.qemu;
  const start = machine.mark();
  const over = new AbortController();
  const stop = console.onLine(follow(phases));
  try {
    // Its status after it, for an installer that ends without its own words.
    await machine.type(`${line}; echo "status-$?"`);
    const awaited = { ...patience, signal: over.signal };
    const said = machine.see(/stub-install: \S+ is installed, after \d+ s|\nstatus-\d+\n/, {
      ...awaited,
      from: start.position,
      failOn: [INSTALLER_FAILED],
    });
    // An installer of somebody else's says nothing at its end: it reboots.
    const end = await Promise.race([said, machine.reset(start, awaited)]);
    const status = /status-(\d+)/.exec(end?.text ?? '')?.[1];
    if (status) {
      throw new GuestFailure({
        code: 'installer-failed',
        message: `the installer ended with status ${status} and did not say that it was done`,
      });
    }
    const packages = /stub-install: packages ([^\n]+)\n/.exec(console.text(start.position))?.[1] ?? '';
    return { mark: start, packages };
  } finally {
    over.abort();
    stop();
  }
}
