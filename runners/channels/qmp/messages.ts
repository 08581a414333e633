/** Why QEMU stops or the guest is reset, as SHUTDOWN and RESET tell it. */
export type ShutdownCause =
  | 'none'
  | 'host-error'
  | 'host-qmp-quit'
  | 'host-qmp-system-reset'
  | 'host-signal'
  | 'host-ui'
  | 'guest-shutdown'
  | 'guest-reset'
  | 'guest-panic'
  | 'subsystem-reset'
  | 'snapshot-load';

/** The events we act upon. QEMU may send others; they are kept too. */
export type QmpEventName =
  | 'RESET'
  | 'SHUTDOWN'
  | 'POWERDOWN'
  | 'STOP'
  | 'RESUME'
  | 'WATCHDOG'
  | 'GUEST_PANICKED'
  | 'GUEST_CRASHLOADED'
  | 'BLOCK_IO_ERROR'
  | 'VSERPORT_CHANGE'
  | 'NETDEV_STREAM_CONNECTED'
  | 'NETDEV_STREAM_DISCONNECTED';

export interface QmpEvent {
  readonly name: QmpEventName | (string & {});
  readonly data: { readonly guest?: boolean; readonly reason?: ShutdownCause; readonly [key: string]: unknown };
  /** Milliseconds since the epoch, by QEMU's clock. */
  readonly time: number;
}

/** Why QEMU would not do what we asked. */
export interface QmpRefusal {
  readonly class: string;
  readonly desc: string;
}

/** What QEMU sends, an object a line. */
export type QmpMessage =
  | { readonly QMP: { readonly version: { readonly qemu: Readonly<Record<'major' | 'minor' | 'micro', number>> } } }
  | {
      readonly event: string;
      readonly data?: QmpEvent['data'];
      readonly timestamp: { readonly seconds: number; readonly microseconds: number };
    }
  | { readonly return: unknown; readonly id: number }
  | { readonly error: QmpRefusal; readonly id: number };
