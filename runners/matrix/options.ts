import type { ArchiveChoice } from './fields.ts';

/** Whose kernel our image is to have in place of our own. Paths are absolute. */
export type OtherKernel =
  | { readonly kind: 'debian' }
  | { readonly kind: 'config'; readonly file: string }
  | { readonly kind: 'tree'; readonly folder: string };

/** The running package proxy of a run, for those that have guests use it. */
export interface ProxyAccess {
  /** On 127.0.0.1 */
  readonly port: number;
  /** Absolute path of the folder with its logs. */
  readonly folder: string;
  /** It replays a past run. */
  readonly offline: boolean;
}

/** What was asked of a run besides the choice of cells. Plain data, filled in by the command line. */
export interface RunOptions {
  /** Absolute path of a stub squashfs that somebody else built, instead of ours. */
  readonly image?: string;
  /** Absolute path of a kernel to boot instead of the one in the squashfs. */
  readonly kernel?: string;
  /** The kernel of our image: our own where absent. */
  readonly otherKernel?: OtherKernel;
  /** Absolute path of an initramfs to boot instead of the one in the squashfs. */
  readonly initrd?: string;
  /** The host's QEMU, whatever its age; where absent, a newer one of Debian's where the host's has faults that guests die of. */
  readonly qemu?: 'host';
  /** Leave the guest of a failed cell running. */
  readonly keep: boolean;
  /** Put the image and what is installed into the capsule of a failed cell too. */
  readonly withImage?: boolean;
  /** URI of the package archive to install from, instead of the matrix's origins. */
  readonly mirror?: string;
  /** What to install from; the distributions' own archives where absent. */
  readonly archive?: ArchiveChoice;
  /** The tool the installer bootstraps with; the installer's own choice where absent. */
  readonly bootstrap?: 'mmdebstrap' | 'debootstrap';
  /** Make everything anew, in place of what the store keeps. */
  readonly fresh?: boolean;
  /** Of what the store keeps, make one in so many again and compare; 1 or more. */
  readonly audit?: number;
  /** Start from a machine that was put aside at stub's root shell, or at the installed system's login. */
  readonly from?: 'shell' | 'booted';
  /** How often a cell that failed may be tried again; not at all where absent. */
  readonly retries?: number;
  /** How often each cell is run, whatever comes of it; once where absent. Never together with `retries`. */
  readonly repeat?: number;
  /** How many cells may run at the same time, 1 or more; as many as the host has room for where absent. */
  readonly jobs?: number;
  /** How many cores guests may keep busy, 1 or more; those that others leave idle where absent. */
  readonly cores?: number;
  /** How much memory guests may hold together, in MiB. */
  readonly memoryMiB?: number;
  /** The niceness of all that the run starts, 0 to 19. */
  readonly nice?: number;
  /** Which of the guest's consoles the runner talks to. */
  readonly console: 'serial' | 'hvc0';
  /** Take all packages from what an earlier run was answered, and ask nobody. */
  readonly offline?: boolean;
  /** Let guests out, to get their packages from the archives themselves. */
  readonly direct?: boolean;
  /** Through which guests get their packages, and nothing else; filled in when it runs. */
  readonly proxy?: ProxyAccess;
  /** Absolute path; images and downloads are kept here between runs. */
  readonly cacheFolder: string;
  /** Absolute path; each run makes a folder of its own in here. */
  readonly outFolder: string;
}
