import { mask } from '../../runners/events/mask.ts';

/**
 * What a line says, for comparing runs: without times, addresses, sizes and all other numbers, and with doubled letters as one:
 * a serial port that is emulated on a busy host now and then sends a letter twice. Empty for a line that says nothing.
 */
export function shapeOf(line: string): string {
  return mask(line)
    .replaceAll(/‹\w+›/g, '#')
    .replaceAll(/\b[0-9a-fx]{2,}\b/gi, (word) => (/\d/.test(word) ? '#' : word))
    .replaceAll(/\d+/g, '#')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/#(?:[.:,-]#)+/g, '#')
    .replaceAll(/([^.])\1+/g, '$1')
    .trim();
}
