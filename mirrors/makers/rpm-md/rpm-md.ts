import type { Maker } from '../maker.ts';

/** Rpm-md repositories of real rpms: packages of Debian in an rpm's coat. */
export const rpmMd: Maker<'rpm-md'> = {
  packages: () => [],
  make: () => Promise.reject(new Error('not written yet')),
};
