/** Something that carries Ethernet frames to everybody on it: the segment, and in tests a hub inside the process. */
export interface Wire {
  send(frame: Buffer): void;
  /** Hears every frame that others send. Returns the way to stop. */
  subscribe(listener: (frame: Buffer) => void): () => void;
}
