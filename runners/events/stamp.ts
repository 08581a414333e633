/** When an event was written down. */
export interface Stamp {
  /** Milliseconds since the epoch. */
  readonly time: number;
}
