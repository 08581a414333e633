import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeTrouble } from '../../mirrors/proxy/troubles.ts';
import { GuestFailure } from '../errors.ts';
import { requireAnswers } from './packages.ts';

describe('whose fault a failed installer is', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'packages-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const failure = new GuestFailure({ code: 'installer-failed', message: 'the installer gave up' });

  test('the archive’s, where it failed while the installer was at work', async () => {
    const since = Date.now();
    writeTrouble(folder, 'nobody answers for http://a.example/x');
    await expect(requireAnswers({ port: 1, folder, offline: false }, failure, since)).rejects.toMatchObject({
      fault: 'harness',
      code: 'archive-failed',
      message: 'the installer gave up, after the archive had failed it:\nnobody answers for http://a.example/x',
      hint: expect.stringContaining('--mirror'),
      evidence: folder,
    });
    await expect(requireAnswers({ port: 1, folder, offline: true }, failure, since)).rejects.toMatchObject({
      hint: expect.stringContaining('without --offline'),
    });
  });

  test('the guest’s, where the archive failed before that, or never', async () => {
    await requireAnswers({ port: 1, folder, offline: false }, failure, 0);
    writeTrouble(folder, 'long ago');
    await requireAnswers({ port: 1, folder, offline: false }, failure, Date.now() + 1000);
  });
});
