import { expect, test } from 'vitest';
import { installInputsOf } from './install-inputs.ts';

test('an install sees its own installer and what it shares, not what boots before or after', async () => {
  const { sources } = await installInputsOf('debian13', '2026-11-21');
  const paths = Object.keys(sources);
  expect(paths).toContain('files/root/debian13.sh');
  expect(paths).toContain('files/usr/lib/stub/install/filesystem.sh');
  expect(paths).toContain('recipe.ts');
  expect(paths.filter((path) => /init\.d|kexec-lib|kernel\/|^initramfs|debian12|\.test\./.test(path))).toEqual([]);
});
