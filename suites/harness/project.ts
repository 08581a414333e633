import type { TestProjectInlineConfiguration } from 'vitest/config';

/**
 * The matrix as a vitest project: one thread of one process for all cells, in the order of the plan. Vitest's own timeouts
 * are off: each wait of ours has a deadline, and a name.
 */
export const matrixProject = {
  name: 'matrix',
  include: ['suites/matrix.test.ts'],
  pool: 'threads',
  isolate: false,
  fileParallelism: false,
  sequence: { groupOrder: 2 },
  testTimeout: 0,
  hookTimeout: 0,
  // A message says what was found, whole.
  chaiConfig: { truncateThreshold: 0 },
} as const satisfies TestProjectInlineConfiguration['test'];
