import { describe, expect, test } from 'vitest';
import { judge } from './judge.ts';
import { followRepeats, masked } from './repeats.ts';
import { series, stages } from './series.test-support.ts';

const limits = { still: 60, spin: 300, loop: 120, held: 60 };

/** What `judge` makes of a guest that says a line every two seconds: the line of each moment, while it does `pace`. */
function story(lines: readonly string[], pace: { bytes?: number; written?: number } = {}) {
  const { add, repeats } = followRepeats(0);
  const samples = series({ seconds: 2 * lines.length, letters: 40, ran: 0.5, bytes: pace.bytes ?? 0 }).map(
    (sample) => ({
      ...sample,
      written: sample.at * (pace.written ?? 0),
    }),
  );
  const verdicts = lines.map((line, index) => {
    add(2 * index + 1, line);
    return judge(samples.slice(0, index + 2), repeats(), limits);
  });
  return { kinds: stages(verdicts.map(({ kind }) => kind)), last: verdicts.at(-1) };
}

const many = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => line(index));

/** As systemd 252 writes it on a serial console, twice a second; here the lines of every second one. */
const STARS = ['[*     ]', '[**    ]', '[***   ]', '[ ***  ]', '[  *** ]', '[   ***]', '[    **]', '[     *]'];
const job = (index: number) =>
  `${STARS[index % 8]} A start job is running for /dev/disk/by-uuid/1f2e-3d4c (${2 * index}s / no limit)`;

/** As dracut 059 writes it. */
const dracut = (index: number) =>
  `[  ${130 + index / 2}] dracut-initqueue[412]: Warning: dracut-initqueue: timeout, still waiting for following initqueue hooks:`;

/** As Linux 6.12 writes it, in other places each time, and now and then with a letter that was sent twice; here it is shorter. */
const LOCKUP = [
  'watchdog: BUG: soft lockup - CPU#0 stuck for 27s! [modprobe:208]',
  'CPU: 0 UID: 0 PID: 208 Comm: modprobe Tainted: G             L     6.12.118+deb13-amd64 #1  Debian 6.12.118-1',
  'RIP: 0010:sha1_transform+0xe2/0x250',
  'Code: 11 99 79 82 5a 41 89 f9 89 f7 41 01 c2 41 01 ca 89 d9 41',
  'RAX: 000000000000001a RBX: 00000000919bf4d9 RCX: 0000000078af2c58',
  ' idempotent_init_module+0x11e/0x310',
  ' </TASK>',
];
function lockup(index: number): string {
  const line = LOCKUP[index % LOCKUP.length] ?? '';
  const number = (index * 7919) % 255;
  const other = line
    .replace('99 79', `${number.toString(16).padStart(2, '0')} a9`)
    .replace('sha1', `sha1${'_x'.repeat(number)}`);
  const twice = index % 13 ? other : other.replace(/[+:]/, '$&$&');
  return `[  ${40 + index}.95${index}] ${index % LOCKUP.length ? twice : other}`;
}

describe('what loops', () => {
  test.each<[string, (index: number) => string]>([
    ["systemd's counter of a job that never ends", job],
    ['dracut at its wits’ end', dracut],
    [
      'an oops for ever',
      (index) => `BUG: unable to handle page fault for address: ffff88${(index * 7919).toString(16)}3f`,
    ],
    ['a kernel that reports every half minute where it is stuck', lockup],
    [
      'a boot that resets and resets',
      (index) => `[    0.${index % 20}] stage ${'abcdefghijklmnopqrst'[index % 20]} of the boot`,
    ],
  ])('%s', (_, line) => {
    const { kinds, last } = story([...many(30, (index) => `service ${'x'.repeat(index)} started`), ...many(200, line)]);
    expect(kinds).toEqual(['working', 'looping']);
    expect(last).toMatchObject({ repeats: { lines: expect.arrayContaining([expect.any(String)]) } });
  });

  test('it is told since when, and what is said', () => {
    const { last } = story([...many(30, (index) => `service ${'x'.repeat(index)} started`), ...many(100, job)]);
    expect(last).toMatchObject({ kind: 'looping', repeats: { since: 61, count: 99, lines: [job(99)] } });
  });
});

describe('what does not', () => {
  const word = (index: number) => index.toString(26).replace(/\d/g, (digit) => 'qrstuvwxyz'[Number(digit)] ?? '');
  test.each<[string, readonly string[]]>([
    [
      'an installer that unpacks one package after the other',
      many(900, (index) => `Unpacking lib${word(index)}-perl (1.2-3) ...`),
    ],
    ['a counter that ends in time', [...many(45, job), 'Timed out waiting for device']],
    [
      'a loop with something new now and then',
      many(900, (index) => (index % 50 ? job(index) : `found ${word(index)}`)),
    ],
    ['per cent', many(101, (index) => `${index}% [3 libc6 12.3 kB/45 kB]`)],
    ['a second kernel after a first of the same make', [...many(100, word), ...many(100, word)]],
  ])('%s', (_, lines) => {
    expect(story(lines).kinds).toEqual(['working']);
  });

  test('a download of which each line tells only the size', () => {
    const lines = many(300, (index) => `fetched ${index * 200} kB`);
    expect(story(lines).kinds).toEqual(['working', 'looping']);
    expect(story(lines, { written: 200e3 }).kinds).toEqual(['working']);
  });

  test('reading is no excuse: a boot that repeats itself reads its image again and again', () => {
    expect(story(many(300, job), { bytes: 1e7 }).kinds).toEqual(['working', 'looping']);
  });
});

test.each([
  ['[   12.345678] pci 0000:00:1f.2: [8086:2922] type 00', '[ #.#] pci #:#f.#: [#:#] type #'],
  [
    '[ ***  ] (1 of 3) A stop job is running for User 0 (1min 2s / 1min 30s)',
    '[*] (# of #) A stop job is running for User # (#min #s / #min #s)',
  ],
  ['RIP: 0010:0xffffffff81234567 Code: 4f 8b', 'RIP: #:# Code: #f #b'],
  ['  45 % done', '45 % done'],
  ['face the ext4 cafe', 'face the ext# cafe'],
])('%s is known by its words', (line, words) => {
  expect(masked(line)).toBe(words);
});
