/** What earlier runs of a cell have shown. */
export interface Experience {
  /** From its start to its end. */
  readonly seconds?: number;
  /** The most memory that its processes were seen to hold at a time. */
  readonly peakMemoryMiB?: number;
  /** What its processes computed in those seconds. */
  readonly cpuSeconds?: number;
}
