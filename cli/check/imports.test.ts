import { describe, expect, it } from 'vitest';
import { checkout } from '../options.ts';
import { importProblems, importsOf, readSources } from './imports.ts';

describe('importsOf', () => {
  it('sees every way to import, of types too, and the line', () => {
    const text = [
      "import a from './a.ts';",
      "import type { B } from './b.ts';",
      "export * from './c.ts';",
      "export type { D } from './d.ts';",
      "const e = await import('./e.ts');",
      "type F = import('./f.ts').F;",
      "import './g.ts';",
      "const text = \"import h from './h.ts'\"; // import i from './i.ts'",
    ].join('\n');
    expect(importsOf(text)).toEqual(
      ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name, index) => ({ from: `./${name}.ts`, line: index + 1 })),
    );
  });
});

describe('readSources', () => {
  it('finds the files of the checkout, and nobody else’s', () => {
    const files = Object.keys(readSources(checkout));
    expect(files).toContain('runners/errors.ts');
    expect(files).toContain('cli/check/imports.ts');
    expect(files.filter((file) => file.includes('node_modules'))).toEqual([]);
  });
});

describe('importProblems', () => {
  it.each([
    ['runners/qemu/argv.ts', '../../cli/main.ts', 'runners/qemu must not import cli/main.ts'],
    ['runners/channels/ssh/client.ts', '../../machine/machine.ts', 'runners/channels must not import'],
    ['runners/matrix/plan.ts', '../events/event.ts', 'runners/matrix must not import runners/events/event.ts'],
    ['reports/junit/junit.ts', '../../runners/machine/machine.ts', 'reports must not import'],
    ['mirrors/origins.ts', '../image/build.ts', 'mirrors must not import image/build.ts'],
    ['somewhere/else.ts', '../runners/errors.ts', 'lies in no room'],
    ['runners/machine/machine.ts', 'execa', 'execa may be imported by runners/process only'],
    ['runners/machine/machine.ts', 'vitest', 'vitest may be imported by'],
    ['runners/machine/machine.ts', 'vitest/node', 'vitest may be imported by'],
    ['runners/machine/machine.test.ts', 'ssh2', 'ssh2 may be imported by runners/channels/ssh only'],
  ])('refuses %s to import %s', (file, from, words) => {
    const [problem, ...more] = importProblems({ [file]: `import type { X } from '${from}';` });
    expect(problem?.startsWith(`${file}:1: `)).toBe(true);
    expect(problem).toContain(words);
    expect(more).toEqual([]);
  });

  it('lets a room import itself, what it may, and tests vitest', () => {
    expect(
      importProblems({
        'runners/machine/machine.ts': "import '../qemu/arch.ts'; import './other.ts'; import 'node:fs';",
        'runners/machine/machine.test.ts': "import 'vitest';",
        'runners/process/command.ts': "import 'execa';",
        'cli/run.ts': "import '../suites/start.ts';",
      }),
    ).toEqual([]);
  });
});
