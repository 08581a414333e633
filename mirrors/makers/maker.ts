import type { Distribution } from '../../runners/matrix/schema.ts';
import type { CommandResult } from '../../runners/process/command.ts';
import type { StandIn } from './stand-in.ts';

/** A family of distributions, which has one maker. */
export type Family = Distribution['family'];
export type RowOf<F extends Family> = Extract<Distribution, { family: F }>;
export type StandInOf<F extends Family> = Extract<StandIn, { family: F }>;

/** The names that an architecture goes by. */
export interface ArchNames {
  /** As in matrix.yaml, as rpm has it, and dnf's $basearch: x86_64. */
  readonly arch: string;
  /** Debian's, Ubuntu's and Gentoo's stage3: amd64. */
  readonly debian: string;
}

/** What a stand-in is to be of. */
export interface Wanted<F extends Family> extends ArchNames {
  /** The distribution's key in matrix.yaml. */
  readonly id: string;
  /** Its row there. */
  readonly distribution: RowOf<F>;
  /** Its row in mirrors/standins. */
  readonly standIn: StandInOf<F>;
}

/** A folder of this host that a tool sees as /work/<to>. */
export interface Bind {
  readonly from: string;
  readonly to: string;
  readonly writable?: boolean;
}

/**
 * The programs that stand-ins are made with: the same on every host. None of them is of the stand-in's architecture, and
 * nothing of that is ever run.
 */
export interface MakerTools {
  /** Changes with their versions. */
  readonly key: string;
  /** In /work, without network; sees what is bound there, an empty /tmp, and no variable besides `env`. Must succeed. */
  run(
    argv: readonly [file: string, ...args: string[]],
    command: {
      readonly binds?: readonly Bind[];
      readonly cwd?: string;
      readonly env?: Readonly<Record<string, string>>;
      readonly purpose: string;
      readonly log?: string;
      readonly signal?: AbortSignal;
    },
  ): Promise<CommandResult>;
}

/** The key that signs one stand-in and nothing else. Its private half is gone once the stand-in is made. */
export interface SigningKey {
  /** GnuPG's home, absolute, 0700: to be bound, writable, and named by GNUPGHOME. */
  readonly home: string;
  /** 40 digits. */
  readonly fingerprint: string;
  /** Its user id, by which rpmsign and gpg find it. */
  readonly name: string;
  /** The public half, armoured. */
  readonly publicKey: string;
}

/** Whatever a maker needs. Paths are absolute. */
export interface Making<F extends Family> extends Wanted<F> {
  /** A folder of Debian's packages, `*.deb`: what `packages` asked for and all they depend on, verified by Debian's signature. */
  readonly debs: string;
  /**
   * Below it the archive is laid out, as below an origin of the distribution: dists/ and pool/, or the repositories' paths
   * with repodata/, or the paths of stage3 and snapshot. There and empty.
   */
  readonly archive: string;
  /** There and empty; removed afterwards. */
  readonly scratch: string;
  readonly key: SigningKey;
  /** When Debian's Release was signed: the date of all that is made, so that the same comes out of the same. */
  readonly date: Date;
  readonly tools: MakerTools;
  /** Compiles a program of stub's own for the stand-in's architecture, linked statically; its file. */
  readonly compile: (program: 'llmnrd') => Promise<string>;
  /** Takes what the tools say. */
  readonly log: string;
  readonly progress?: (step: string) => void;
  readonly signal?: AbortSignal;
}

/** Makes the stand-ins of a family. */
export interface Maker<F extends Family> {
  /** The folders beside this file that hold how it is done: a change to them makes its stand-ins anew, and no others. */
  readonly folders: readonly string[];
  /** Names of Debian's packages that go into it; what they depend on comes by itself, what they recommend does not. */
  packages(wanted: Wanted<F>): readonly string[];
  make(making: Making<F>): Promise<void>;
}
