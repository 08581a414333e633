/** What earlier runs of a cell have shown; each absent where nothing is known. */
export interface Experience {
  /** From an empty disk, without the making of the image. */
  readonly seconds?: number;
  /** The same from a disk that an earlier run had installed. */
  readonly installedSeconds?: number;
  /** The most memory that its processes were seen to hold at a time. */
  readonly peakMemoryMiB?: number;
  /** What its processes computed in `seconds`. */
  readonly cpuSeconds?: number;
}
