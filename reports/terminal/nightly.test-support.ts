import type { CellName, EventBody, RunEvent, Status } from '../../runners/events/event.ts';
import { noon } from '../sample.ts';

export const distros = [
  ...['debian12', 'debian13', 'ubuntu2004', 'ubuntu2204', 'ubuntu2404', 'ubuntu2604', 'centos6', 'centos7'],
  ...[
    'centos8stream',
    'centos9stream',
    'centos10stream',
    'almalinux9',
    'rocky8',
    'miraclelinux8',
    'fedora42',
    'gentoo',
  ],
];
const arches = ['x86_64', 'aarch64', 'riscv64'];
const filesystems = ['xfs', 'btrfs', 'ext4', 'virtiofs', 'luks'];

const named = (distro: string, arch: string, fs: string): CellName => ({
  id: `${distro}-${arch}-${fs}`,
  distro,
  arch,
  fs,
});

/** The twenty cells of the nightly. */
export const nightly: readonly CellName[] = [
  ...['debian13-riscv64', 'debian13-aarch64', 'almalinux9-aarch64', 'gentoo-aarch64'].map((pair) => {
    const [distro = '', arch = ''] = pair.split('-');
    return named(distro, arch, 'xfs');
  }),
  ...distros.map((distro) => named(distro, 'x86_64', 'xfs')),
];

/** All 240. */
export const everything: readonly CellName[] = distros.flatMap((distro) =>
  arches.flatMap((arch) => filesystems.map((fs) => named(distro, arch, fs))),
);

const phases = { image: 20, 'boot-stub': 30, install: 200, 'boot-installed': 40, reboot: 45 };
const standIns = /^(centos6|centos8|rocky|miracle)/;

/** How a cell ends; the others pass. */
const ends: Readonly<
  Record<string, { readonly status: Status; readonly message: string; readonly sentence?: string }>
> = {
  'centos7-x86_64-xfs': {
    status: 'failed',
    message: "waited 120 s for the installed system's login\nlast line: [  OK  ] Reached target basic.target",
    sentence: 'dracut waits for a root device that never comes: the initramfs has no virtio_blk',
  },
  'ubuntu2604-x86_64-xfs': { status: 'error', message: 'QEMU was ended by SIGKILL from outside' },
  'gentoo-x86_64-xfs': { status: 'known', message: 'known until 2027-03-31: no luck (https://bugs.example/1)' },
};

/** What a run of these cells would tell, so many at a time, each for about 360 s: the events in their order, as of noon. */
export function runOf(cells: readonly CellName[], jobs: number): RunEvent[] {
  const events: RunEvent[] = [];
  const tell = (seconds: number, body: EventBody) => events.push({ time: noon + seconds * 1000, ...body } as RunEvent);
  const seconds = Object.fromEntries(cells.map(({ id }) => [id, 360]));
  tell(0, { type: 'run-started', run: '20261123-141502-4f2a', cells, expected: { seconds, jobs }, properties: {} });
  const places = new Array<number>(jobs).fill(0);
  cells.forEach((cell, number) => {
    const place = places.indexOf(Math.min(...places));
    const began = places[place] ?? 0;
    places[place] = ofCell(cell, began + 1, 0.8 + (number % 5) / 10, tell);
  });
  tell(60, { type: 'note', text: 'the archive of centos6 does not answer: its stand-in takes its place' });
  tell(Math.max(...places) + 1, { type: 'run-ended', interrupted: false });
  return events.toSorted((a, b) => a.time - b.time);
}

/** @returns when it has ended */
function ofCell(
  { id, distro }: CellName,
  began: number,
  pace: number,
  tell: (seconds: number, body: EventBody) => void,
): number {
  let now = began;
  const end = ends[id];
  tell(now, { type: 'cell-started', cell: id, rerun: `./stub-matrix run --cell ${id}` });
  tell(now, { type: 'cell-archive', cell: id, archive: standIns.test(distro) ? 'stand-in' : 'real' });
  for (const [phase, lasts] of Object.entries(phases)) {
    tell(now, { type: 'phase-started', cell: id, phase });
    if (phase === 'install') {
      tell(now + 30, { type: 'phase-progress', cell: id, phase, text: 'step 3 of 7: unpacking packages' });
    }
    now += lasts * pace;
    const ok = !(end && phase === 'boot-installed');
    tell(now, { type: 'phase-ended', cell: id, phase, seconds: lasts * pace, ok });
    if (!ok) break;
    tell(now, { type: 'check-ended', cell: id, check: `after ${phase}`, status: 'passed', seconds: lasts * pace });
  }
  if (end) {
    const reason = { code: 'no-login', message: end.message };
    const check = 'the reboot hands over by kexec to the installed kernel';
    tell(now, { type: 'check-ended', cell: id, check, status: end.status, seconds: 120, reason });
    if (end.sentence) {
      const diagnosis = { code: 'no-root-device', sentence: end.sentence, lines: [], signature: 'x' };
      tell(now + 2, { type: 'diagnosis', cell: id, ...diagnosis });
    }
    now += 3;
  }
  tell(now, { type: 'cell-ended', cell: id, status: end?.status ?? 'passed', seconds: now - began });
  return now;
}
