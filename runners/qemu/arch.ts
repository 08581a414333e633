import type { Accelerator } from '../host/accelerator.ts';

export type Arch = 'x86_64' | 'aarch64' | 'riscv64';

/** Everything that differs between architectures. Code that needs to know something more gets a column, not an `if`. */
export interface ArchRow {
  readonly name: Arch;
  /** The emulator's file name. */
  readonly qemu: string;
  /** Debian and Ubuntu packages which bring it, by preference: the first that the host's archive knows is the one. */
  readonly qemuPackages: readonly string[];
  /** `-machine` */
  readonly machine: Readonly<Record<Accelerator, string>>;
  /** `-cpu` */
  readonly cpu: Readonly<Record<Accelerator, string>>;
  /** The guest's first serial port, as `console=` wants it. */
  readonly serial: string;
  /** Debian's and Ubuntu's name. */
  readonly debian: string;
  /** The GNU triplet: names cross compilers and library folders. */
  readonly triplet: string;
  /** `uname -m` of the hosts that can run it without translating its instructions. */
  readonly native: string;
  /** `ARCH=` of the Linux kernel's build. */
  readonly linux: string;
  /** The number in `e_machine` of this architecture's ELF files. */
  readonly elfMachine: number;
}

export const ARCHES: Readonly<Record<Arch, ArchRow>> = {
  x86_64: {
    name: 'x86_64',
    qemu: 'qemu-system-x86_64',
    qemuPackages: ['qemu-system-x86'],
    machine: { kvm: 'q35', tcg: 'q35' },
    cpu: { kvm: 'host', tcg: 'max' },
    serial: 'ttyS0',
    debian: 'amd64',
    triplet: 'x86_64-linux-gnu',
    native: 'x86_64',
    linux: 'x86',
    elfMachine: 62,
  },
  aarch64: {
    name: 'aarch64',
    qemu: 'qemu-system-aarch64',
    qemuPackages: ['qemu-system-arm'],
    // An ITS would go on writing its tables into memory that the kexec'd kernel believes to be its own.
    // Under KVM the interrupt controller can only be the host's generation.
    machine: { kvm: 'virt,gic-version=host,its=off', tcg: 'virt,gic-version=3,its=off' },
    // LPA2 makes kexec_load oops in 6.12 kernels; the architected pointer authentication is slow in software.
    cpu: { kvm: 'host', tcg: 'max,lpa2=off,pauth-impdef=on' },
    serial: 'ttyAMA0',
    debian: 'arm64',
    triplet: 'aarch64-linux-gnu',
    native: 'aarch64',
    linux: 'arm64',
    elfMachine: 183,
  },
  riscv64: {
    name: 'riscv64',
    qemu: 'qemu-system-riscv64',
    // Trixie gave RISC-V a package of its own.
    qemuPackages: ['qemu-system-riscv', 'qemu-system-misc'],
    machine: { kvm: 'virt', tcg: 'virt' },
    // QEMU 7.2 knows no `max` here.
    cpu: { kvm: 'host', tcg: 'rv64' },
    serial: 'ttyS0',
    debian: 'riscv64',
    triplet: 'riscv64-linux-gnu',
    native: 'riscv64',
    linux: 'riscv',
    elfMachine: 243,
  },
};
