export interface Difference {
  /** What both begin with, and end in, in whole words. */
  readonly head: string;
  readonly tail: string;
  readonly before: string;
  readonly after: string;
}

/** Where two texts are different: of two addresses with a date behind, most often the date. */
export function differenceOf(before: string, after: string): Difference {
  const a = before.split(/(?<=[ /:])/);
  const b = after.split(/(?<=[ /:])/);
  const most = Math.min(a.length, b.length);
  let head = 0;
  while (head < most && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < most - head && a.at(-1 - tail) === b.at(-1 - tail)) tail += 1;
  const middle = (parts: string[]) => parts.slice(head, parts.length - tail).join('');
  return {
    head: a.slice(0, head).join(''),
    tail: a.slice(a.length - tail).join(''),
    before: middle(a),
    after: middle(b),
  };
}
