import { cellSuite } from './harness/check.ts';

export const suite = cellSuite(
  async () => ({ [Symbol.asyncDispose]: async () => {} }),
  (check) => {
    check('the cell is opened', () => {});
  },
);
