import { describe, expect, it } from 'vitest';
import { UsageError } from '../runners/errors.ts';
import { commands } from './commands.ts';
import { parseFlags } from './flags.ts';

const flags = commands.run?.flags ?? {};
const run = (...args: string[]) => Object.fromEntries(parseFlags('run', args, flags, []).flags);

function refusal(...args: string[]): UsageError {
  try {
    run(...args);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return error as UsageError;
  }
  throw new Error(`${args.join(' ')} was accepted`);
}

describe('parseFlags', () => {
  it('takes values beside and behind =, repeated and as lists', () => {
    expect(run('--distro', 'debian12,debian13', '--distro=x', '--keep', '--jobs', '2')).toEqual({
      distro: ['debian12', 'debian13', 'x'],
      keep: [],
      jobs: ['2'],
    });
  });

  it('gives a flag that can do without a value the one that is meant then', () => {
    expect(run('--resume')).toEqual({ resume: ['latest'] });
    expect(run('--resume', '--jobs', '2')).toEqual({ resume: ['latest'], jobs: ['2'] });
    expect(run('--profile', 'nightly', '--', '--resume')).toEqual({ profile: ['nightly'], resume: ['latest'] });
    expect(run('--resume', '20261123-141502-4f2a')).toEqual({ resume: ['20261123-141502-4f2a'] });
    expect(refusal('--resume=').code).toBe('flag-value');
  });

  it('ignores the one -- that pnpm hands on', () => {
    expect(run('--', '--distro', 'debian13')).toEqual({ distro: ['debian13'] });
    expect(run('--jobs', '2', '--', '--distro', 'debian13')).toEqual(run('--jobs', '2', '--distro', 'debian13'));
    expect(refusal('--', '--', 'debian13').code).toBe('unexpected-word');
  });

  it.each([
    [['--distros', 'x'], 'unknown-flag', 'did you mean --distro?'],
    [['--kep'], 'unknown-flag', '--keep'],
    [['-x'], 'unknown-flag', 'unknown flag "-x"'],
    [['--constructor'], 'unknown-flag', 'unknown flag "--constructor"'],
    [['--distro'], 'flag-value', '--distro needs a value: --distro ID'],
    [['--distro', '--keep'], 'flag-value', '--distro needs a value'],
    [['--distro='], 'flag-value', '--distro needs a value'],
    [['--distro', 'a,,b'], 'flag-value', 'nothing between two commas'],
    [['--keep=yes'], 'flag-value', '--keep takes no value'],
    [['--image', 'a', '--image', 'b'], 'flag-twice', '--image was given twice'],
    [['--console', 'hvc1'], 'unknown-value-of---console', 'did you mean hvc0?'],
    [['debian13'], 'unexpected-word', '"debian13" is not expected here'],
    [['distro'], 'unexpected-word', 'did you mean --distro?'],
  ])('refuses %j', (args, code, words) => {
    const error = refusal(...args);
    expect(error.code).toBe(code);
    expect(error.message).toContain(words);
    expect(error.command).toContain('./stub-matrix run --help');
  });

  it('takes as many words as the command has', () => {
    expect(parseFlags('shell', ['debian13-x86_64-xfs'], {}, ['CELL']).words).toEqual(['debian13-x86_64-xfs']);
    expect(() => parseFlags('shell', ['a', 'b'], {}, ['CELL'])).toThrow('"b" is not expected here');
  });
});
