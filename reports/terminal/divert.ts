type Write = NodeJS.WriteStream['write'];

/**
 * Takes what this process writes to a terminal by these streams, whole lines at a time; those that are no terminals are let be. The function
 * that is returned takes it all back, and hands over a line that was begun.
 */
export function divert(streams: readonly NodeJS.WriteStream[], take: (text: string) => void): () => void {
  const terminals = streams.filter(({ isTTY }) => isTTY);
  const begun = new Map<NodeJS.WriteStream, string>();
  for (const stream of terminals) {
    const write = (chunk: string | Uint8Array, ...rest: unknown[]) => {
      const text = `${begun.get(stream) ?? ''}${typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()}`;
      const end = text.lastIndexOf('\n') + 1;
      begun.set(stream, text.slice(end));
      if (end > 0) take(text.slice(0, end));
      const done = rest.find((each) => typeof each === 'function') as (() => void) | undefined;
      if (done) process.nextTick(done);
      return true;
    };
    // Laid over the method of the prototype, and taken away again.
    Object.defineProperty(stream, 'write', { value: write as Write, configurable: true, writable: true });
  }
  return () => {
    for (const stream of terminals) Reflect.deleteProperty(stream, 'write');
    for (const text of begun.values()) if (text) take(text);
  };
}
