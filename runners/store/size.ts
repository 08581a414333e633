import { UsageError } from '../errors.ts';

const UNITS = ['', 'K', 'M', 'G', 'T'] as const;

/**
 * Bytes from what was typed: `50G`, `500M`, `4096`. K, M, G and T are powers of 1024.
 *
 * @throws UsageError `not-a-size`
 */
export function parseSize(typed: string, flag: string): number {
  const [, digits, unit = ''] = /^(\d+)([KMGT]?)$/.exec(typed) ?? [];
  const bytes = Number(digits) * 1024 ** UNITS.indexOf(unit as (typeof UNITS)[number]);
  if (Number.isSafeInteger(bytes)) return bytes;
  throw new UsageError({
    code: 'not-a-size',
    message: `${flag} ${typed}: this is no size`,
    hint: 'give a whole number and one of K, M, G, T, such as 50G or 500M; without a letter it is bytes',
  });
}

/** 1.9 GiB. */
export function formatSize(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)) / 10)));
  return power === 0 ? `${bytes} B` : `${(bytes / 1024 ** power).toFixed(1)} ${UNITS[power]}iB`;
}
