/**
 * Which room of the house may import which; everything else is refused. A room is a folder or a file, the deepest one
 * that holds a file is its room, and a file may always import its own room and what lies inside it.
 */
export const rooms: Readonly<Record<string, readonly string[]>> = {
  'runners/errors.ts': [],
  'runners/events': [],
  'runners/process': ['runners/errors.ts'],
  'runners/store': ['runners/errors.ts', 'runners/process'],
  'runners/matrix': ['runners/errors.ts'],
  'runners/host': ['runners/errors.ts', 'runners/events', 'runners/process', 'runners/store'],
  // Starting QEMU ends with its channels open.
  'runners/qemu': [
    'runners/errors.ts',
    'runners/events',
    'runners/process',
    'runners/store',
    'runners/host',
    'runners/channels',
  ],
  'runners/channels': ['runners/errors.ts', 'runners/events', 'runners/process', 'runners/store', 'runners/host'],
  // A QEMU of Debian's, where the host's is too old.
  'runners/emulator': [
    'runners/errors.ts',
    'runners/process',
    'runners/store',
    'runners/host',
    'runners/qemu',
    'image/workshop',
  ],
  // A running machine put aside, and one that goes on from there.
  'runners/checkpoint': [
    'runners/errors.ts',
    'runners/events',
    'runners/process',
    'runners/store',
    'runners/host',
    'runners/qemu',
    'runners/channels',
    'runners/machine',
  ],
  // The host's side of a shared folder.
  'runners/share': ['runners/errors.ts', 'runners/process', 'runners/host'],
  // Its test has a guest mount it.
  'runners/share/share.root.test.ts': ['runners'],
  'runners/machine': [
    'runners/errors.ts',
    'runners/events',
    'runners/process',
    'runners/store',
    'runners/host',
    'runners/qemu',
    'runners/channels',
  ],
  'runners/cell': [
    'runners/errors.ts',
    'runners/events',
    'runners/process',
    'runners/store',
    'runners/matrix',
    'runners/host',
    'runners/qemu',
    'runners/channels',
    'runners/machine',
    'runners/checkpoint',
    'runners/emulator',
    'runners/share',
    'mirrors',
    'image',
  ],
  // Pure: what a cell needs, what the host has left, who starts. Of the others it takes sizes and types.
  'runners/schedule': ['runners/errors.ts', 'runners/matrix', 'runners/cell/budgets.ts', 'runners/host/accelerator.ts'],
  mirrors: [
    'runners/errors.ts',
    'runners/events',
    'runners/process',
    'runners/store',
    'runners/matrix',
    'runners/host',
  ],
  image: [
    'runners/errors.ts',
    'runners/events',
    'runners/process',
    'runners/store',
    'runners/matrix',
    'runners/host',
    'mirrors',
  ],
  // Which option broke it. What builds and what boots is handed in.
  'runners/bisect': ['runners/errors.ts', 'runners/process', 'runners/store', 'image'],
  // Pure: which sets of steps to ask about, and what their verdicts say.
  'runners/bisect/search': [],
  // Between configurations and sets of steps.
  'runners/bisect/kconfig': ['runners/errors.ts', 'runners/process', 'image', 'runners/bisect/search'],
  // What makes a kernel of a configuration.
  'runners/bisect/builders': [
    'runners/errors.ts',
    'runners/process',
    'runners/store',
    'image',
    'runners/bisect/search',
    'runners/bisect/kconfig',
  ],
  reports: ['runners/errors.ts', 'runners/events', 'runners/matrix'],
  // What runs in a browser: data and words, and nothing of Node.
  'reports/html/page': [
    'reports/html/model.ts',
    'reports/html/words.ts',
    'reports/html/difference.ts',
    'reports/clock.ts',
  ],
  suites: ['runners', 'mirrors', 'image', 'reports'],
  cli: ['runners', 'mirrors', 'image', 'reports', 'suites'],
  bench: ['runners', 'mirrors', 'image', 'reports', 'suites', 'cli'],
  'vitest.config.ts': ['suites'],
};

/** Packages that only one room, its owner, may import. With `tests`, the tests of every room may too, and what supports them. */
export const owners: Readonly<Record<string, { readonly rooms: readonly string[]; readonly tests?: true }>> = {
  execa: { rooms: ['runners/process'] },
  // The store hands flock(1) a descriptor, for which execa's wrapper has no word.
  'node:child_process': { rooms: ['runners/process', 'runners/qemu', 'runners/store/lock.ts'], tests: true },
  ssh2: { rooms: ['runners/channels/ssh'] },
  'dns-packet': { rooms: ['runners/channels/segment'] },
  'node:sqlite': { rooms: ['reports/history'], tests: true },
  'junit-report-builder': { rooms: ['reports/junit'] },
  testcontainers: { rooms: ['runners/host/engine.ts'] },
  'log-update': { rooms: ['reports/terminal'] },
  'ansi-escapes': { rooms: ['reports/terminal'] },
  'cli-truncate': { rooms: ['reports/terminal'] },
  'string-width': { rooms: ['reports/terminal'] },
  anser: { rooms: ['reports/html/page'] },
  uplot: { rooms: ['reports/html/page'] },
  rolldown: { rooms: ['reports/html/assets.ts'] },
  'playwright-core': { rooms: ['bench'], tests: true },
  'fast-check': { rooms: [], tests: true },
  vitest: { rooms: ['suites', 'cli', 'vitest.config.ts'], tests: true },
};
