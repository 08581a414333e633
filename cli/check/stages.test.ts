import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from '../../runners/process/command.ts';
import { shellScripts } from './stages.ts';

const root = mkdtempSync(join(tmpdir(), 'stages-'));
afterAll(() => rmSync(root, { recursive: true }));

describe('shellScripts', () => {
  it('finds them by ending and by first line, committed or not, and leaves ignored files alone', async () => {
    const files = {
      'lib/steps.sh': 'step() { :; }\n',
      launcher: '#!/bin/sh\n',
      '.ci/run': '#!/usr/bin/env bash\n',
      'bin/tool': '#! /bin/bash -e\n',
      'bin/other': '#!/usr/bin/python3\n',
      'notes.txt': 'says #!/bin/sh in the middle\n',
      'ignored.sh': '',
      '.gitignore': 'ignored.sh\n',
    };
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
    }
    symlinkSync('/nowhere', join(root, 'link'));
    await run(['git', '-C', root, 'init', '-q']);
    await run(['git', '-C', root, 'add', 'launcher', 'link']);
    expect((await shellScripts(root)).toSorted()).toEqual(['.ci/run', 'bin/tool', 'launcher', 'lib/steps.sh']);
  });
});
