const LINE_FEED = 0x0a;

/** Cuts a stream of bytes into lines, whatever the chunks they come in. Bytes, because a chunk may end inside a letter. */
export class LineCutter {
  #rest: Buffer[] = [];

  /** The lines that `chunk` completes, without their line feeds. */
  push(chunk: Buffer): Buffer[] {
    const lines: Buffer[] = [];
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      lines.push(Buffer.concat([...this.#rest, chunk.subarray(start, end)]));
      this.#rest = [];
      start = end + 1;
    }
    if (start < chunk.length) this.#rest.push(chunk.subarray(start));
    return lines;
  }
}
