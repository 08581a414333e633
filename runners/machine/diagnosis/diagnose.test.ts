import { describe, expect, test } from 'vitest';
import { CATALOGUE } from './catalogue.ts';
import { diagnose } from './diagnose.ts';
import type { Evidence } from './evidence.ts';
import { type Transcript, transcripts } from './transcripts.test-support.ts';

const byCode = (code: string): Transcript => {
  const found = transcripts.find((each) => each.code === code);
  if (!found) throw new Error(`there is no transcript of ${code}`);
  return found;
};

describe('what was recorded', () => {
  test.for(transcripts)('$name', ({ code, sentence, evidence }) => {
    const finding = diagnose(evidence);
    expect(finding).toMatchObject({ code, sentence });
    for (const { number, text } of finding?.lines ?? []) expect(evidence.console[number - 1]).toBe(text);
  });

  test('there is something recorded of each row, and nothing of none', () => {
    const recorded = [...new Set(transcripts.map(({ code }) => code))];
    expect(recorded.toSorted()).toEqual(CATALOGUE.map(({ code }) => code).toSorted());
  });

  test('of a failure that nobody knows, nothing is said', () => {
    const { evidence } = byCode('signature-unknown-key');
    const reason = { code: 'assertion', message: 'expected 1 to be 2' };
    const console = evidence.console.filter((line) => !/NO_PUBKEY|key|FAILED/.test(line));
    expect(diagnose({ ...evidence, reason, console })).toBe(undefined);
    expect(diagnose({ ...evidence, reason })?.code).toBe('signature-unknown-key');
  });

  test('what a system said that is gone concerns nobody', () => {
    const { evidence } = byCode('kexec-refused');
    const later = ['[    0.000000] Linux version 6.12.0 (nobody@nowhere)', 'login: '];
    expect(diagnose({ ...evidence, console: [...evidence.console, ...later] })).toBe(undefined);
  });

  test('nor does what came before it was asked for', () => {
    const { evidence } = byCode('io-error');
    const reason = { code: 'assertion', message: 'expected 1 to be 2' };
    const console = evidence.console;
    expect(diagnose({ ...evidence, reason, phase: undefined })).toMatchObject({ code: 'io-error' });
    expect(diagnose({ ...evidence, reason, phase: undefined, before: console.length })).toBe(undefined);
  });
});

describe('rank', () => {
  const both = (cause: string, consequence: string): Evidence => {
    const [first, second] = [byCode(consequence).evidence, byCode(cause).evidence];
    return { ...second, console: [...first.console.filter((line) => !/Linux version/.test(line)), ...second.console] };
  };

  test.for([
    ['no-space', 'package-script-failed'],
    ['signature-unknown-key', 'installer-mute'],
    ['package-not-found', 'installer-mute'],
  ])('%s is named before %s, wherever they stand', ([cause = '', consequence = '']) => {
    expect(diagnose(both(cause, consequence))?.code).toBe(cause);
  });
});

describe('the catalogue', () => {
  test('no code stands there twice', () => {
    const codes = CATALOGUE.map(({ code }) => code);
    expect(codes).toEqual([...new Set(codes)]);
  });

  test.for(CATALOGUE)(
    '$code: its sentence names only what is there to be named',
    ({ sentence, hint, seen, last, reason }) => {
      const patterns = [...(seen ?? []), last, reason].flatMap((pattern) => pattern?.source ?? []);
      const known = ['cell', 'distro', 'arch', 'fs', 'check'].concat(
        patterns.flatMap((source) => [...source.matchAll(/\(\?<(\w+)>/g)].map(([, name]) => name ?? '')),
      );
      for (const [, name] of `${sentence} ${hint}`.matchAll(/\{(\w+)\}/g)) expect(known).toContain(name);
      expect(sentence).not.toMatch(/[.!]$|^[A-Z](?![A-Z])/);
    },
  );

  test.for(CATALOGUE)('$code is known by something', ({ seen, last, reason }) => {
    expect([...(seen ?? []), last, reason].some(Boolean)).toBe(true);
  });
});

test('the same fault in two runs has one signature', () => {
  const { evidence } = byCode('disk-empty');
  const again = { ...evidence, console: evidence.console.map((line) => line.replace(/\d+\.\d{6}\]/, '99.123456]')) };
  expect(diagnose(again)?.signature).toBe(diagnose(evidence)?.signature);
});

test('a letter that the serial port sent twice', () => {
  const { evidence } = byCode('kernel-panic');
  const console = evidence.console.map((line) => line.replace('not syncing', 'not syyncing'));
  expect(diagnose({ ...evidence, console })?.code).toBe('kernel-panic');
});
