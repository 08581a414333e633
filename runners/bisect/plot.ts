import type { Stamped } from './record.ts';

/** Pixels. */
const WIDTH = 760;
const HEIGHT = 320;
const LEFT = 64;
const RIGHT = 20;
const TOP = 44;
const BOTTOM = 52;

const colours = { pass: '#2a7f3f', fail: '#c0392b', unresolved: '#8a8a8a' } as const;

/**
 * How the set in question narrowed, as an SVG that needs nothing besides: over the rounds, how many differences could still be to
 * blame by themselves, or together where none can (the line, on a scale of powers of two), and the tests of each round by their
 * verdict (the dots, at how many differences they had).
 */
export function plot(events: readonly Stamped[]): string {
  const rounds = events.filter((event) => event.type === 'round');
  const steps = events.filter((event) => event.type === 'step');
  const total = events.find((event) => event.type === 'started')?.differences ?? 1;
  const last = Math.max(1, rounds.at(-1)?.round ?? 1);
  const top = Math.log2(Math.max(2, total));
  const x = (round: number) => LEFT + (round / (last + 0.5)) * (WIDTH - LEFT - RIGHT);
  const y = (count: number) => HEIGHT - BOTTOM - (Math.log2(Math.max(1, count)) / top) * (HEIGHT - TOP - BOTTOM);
  const line = rounds
    .map(({ round, alone, suspects }) => `${x(round - 0.5).toFixed(1)},${y(alone || suspects).toFixed(1)}`)
    .join(' ');
  const dots = steps.map(({ number, round, made, verdict, purpose }, index) => {
    const beside = steps.slice(0, index).filter((other) => other.round === round).length;
    const title = `<title>test ${number}, round ${round}, ${purpose}: ${made} differences, ${verdict}</title>`;
    return `<circle cx="${(x(round) + 5 * beside - 12).toFixed(1)}" cy="${y(made).toFixed(1)}" r="3.5" fill="${colours[verdict]}">${title}</circle>`;
  });
  const ticks = [1, 4, 16, 64, 256, 1024, 4096].filter((count) => count <= total);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<title>How ${total} differences narrowed over ${last} rounds</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${LEFT}" y="20" font-weight="bold">Differences that may be to blame (line), tests by verdict (dots)</text>`,
    ...ticks.map(
      (count) =>
        `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(count).toFixed(1)}" y2="${y(count).toFixed(1)}" stroke="#ddd"/><text x="${LEFT - 8}" y="${(y(count) + 4).toFixed(1)}" text-anchor="end">${count}</text>`,
    ),
    ...Array.from(
      { length: last + 1 },
      (_, round) =>
        `<text x="${x(round).toFixed(1)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${round === 0 ? 'ends' : round}</text>`,
    ),
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 10}" text-anchor="middle">round</text>`,
    `<polyline points="${line}" fill="none" stroke="#333" stroke-width="1.5"/>`,
    ...dots,
    ...(['pass', 'fail', 'unresolved'] as const).map(
      (verdict, at) =>
        `<circle cx="${WIDTH - 250 + 75 * at}" cy="33" r="3.5" fill="${colours[verdict]}"/><text x="${WIDTH - 242 + 75 * at}" y="37">${verdict}</text>`,
    ),
    '</svg>',
    '',
  ].join('\n');
}
