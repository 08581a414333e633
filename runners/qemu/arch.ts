import type { ProbeTarget } from '../host/accelerator.ts';

export type Arch = 'x86_64' | 'aarch64' | 'riscv64';

/** Everything that differs between architectures. Code that needs to know something more gets a column, not an `if`. */
export interface ArchRow extends ProbeTarget {
  readonly name: Arch;
  /** How systemd credentials get into the guest: by QEMU's fw_cfg device, or behind the initramfs (credentials.ts). */
  readonly credentials: 'fw_cfg' | 'initrd';
  /** How the host asks the guest to power itself off: by the machine's button, or by the guest agent where it has none. */
  readonly powerOff: 'button' | 'agent';
  /** The control register to write anew in a machine that was just loaded: QEMU forgets that its timer runs (rearm.ts). */
  readonly rearm?: number;
}

export const ARCHES: Readonly<Record<Arch, ArchRow>> = {
  x86_64: {
    name: 'x86_64',
    qemu: 'qemu-system-x86_64',
    machine: { kvm: 'q35', tcg: 'q35' },
    cpu: { kvm: 'host', tcg: 'max' },
    serial: 'ttyS0',
    native: 'x86_64',
    // Linux counts ticks of the timer for a moment and panics ("IO-APIC + timer doesn't work!") where an emulated processor had to
    // wait for the host's just then. Under KVM it leaves that out by itself. The boot plugin hands the word on.
    cmdline: { kvm: [], tcg: ['no_timer_check'] },
    powerOff: 'button',
    credentials: 'fw_cfg',
  },
  aarch64: {
    name: 'aarch64',
    qemu: 'qemu-system-aarch64',
    // An ITS would go on writing its tables into memory that the kexec'd kernel believes to be its own.
    // Under KVM the interrupt controller can only be the host's generation.
    machine: { kvm: 'virt,gic-version=host,its=off', tcg: 'virt,gic-version=3,its=off' },
    // LPA2 makes kexec_load oops in 6.12 kernels. Pointer authentication as the architecture describes it takes two thirds of
    // the time of a boot in software, a tenth in QEMU's own way (pauth-impdef); SVE and SME take another tenth.
    cpu: { kvm: 'host', tcg: 'max,lpa2=off,pauth=off,sve=off,sme=off' },
    serial: 'ttyAMA0',
    native: 'aarch64',
    cmdline: { kvm: [], tcg: [] },
    powerOff: 'button',
    credentials: 'fw_cfg',
  },
  riscv64: {
    name: 'riscv64',
    qemu: 'qemu-system-riscv64',
    machine: { kvm: 'virt', tcg: 'virt' },
    // QEMU 7.2 knows no `max` here.
    cpu: { kvm: 'host', tcg: 'rv64' },
    serial: 'ttyS0',
    native: 'riscv64',
    cmdline: { kvm: [], tcg: [] },
    powerOff: 'agent',
    // QEMU 7.1 and 7.2 make the device only after they have read their command line, and refuse `-fw_cfg`.
    credentials: 'initrd',
    // stimecmp
    rearm: 0x14d,
  },
};
