import { defineConfig } from 'vitest/config';
import { matrixProject } from './suites/harness/project.ts';

/** Booting a guest under TCG takes its time; the waits inside have their own deadlines. */
const minute = 60_000;

const serial = ['**/*.{qemu,root}.test.ts'];
/** Breaks every thing that the suite guards, in real guests: long, and needs an installed disk. Started by `pnpm provoked`. */
const provoked = ['suites/provoked/**/*.test.ts'];
const elsewhere = ['**/node_modules/**', 'reports/out/**', '.tools/**', ...matrixProject.include, ...provoked];

export default defineConfig({
  test: {
    projects: [
      { test: matrixProject },
      { test: { name: 'unit', include: ['**/*.test.ts'], exclude: [...elsewhere, ...serial], testTimeout: minute } },
      {
        // One at a time, after the others: what boots guests or mounts things has the machine to itself.
        test: {
          name: 'machine',
          include: serial,
          exclude: elsewhere,
          fileParallelism: false,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
          testTimeout: 10 * minute,
          hookTimeout: 10 * minute,
        },
      },
      {
        test: {
          name: 'provoked',
          include: provoked,
          fileParallelism: false,
          testTimeout: 60 * minute,
          hookTimeout: 20 * minute,
          chaiConfig: matrixProject.chaiConfig,
        },
      },
    ],
  },
});
