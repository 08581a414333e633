import { readFileSync } from 'node:fs';
import { sep } from 'node:path';

/** The mount points of /proc/self/mountinfo, in the order in which they were mounted. */
export function parseMountinfo(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.split(' ')[4])
    .filter((point) => point !== undefined)
    .map((point) =>
      point.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))),
    );
}

/** What is mounted on `path` or below it, innermost first: in this order it can be unmounted. */
export function mountsUnder(path: string): readonly string[] {
  const points = parseMountinfo(readFileSync('/proc/self/mountinfo', 'utf8'));
  return points.filter((point) => point === path || point.startsWith(path + sep)).toReversed();
}
