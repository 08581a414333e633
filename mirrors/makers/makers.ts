import { apt } from './apt/apt.ts';
import type { Family, Maker } from './maker.ts';
import { rpmMd } from './rpm-md/rpm-md.ts';
import { stage3 } from './stage3/stage3.ts';

/** A maker for each family; where one is missing, its distributions have no stand-in. */
export const MAKERS: { readonly [F in Family]?: Maker<F> } = {
  debootstrap: apt,
  'rpm-md': rpmMd,
  stage3,
};
