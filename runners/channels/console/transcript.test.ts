import { expect, test } from 'vitest';
import { Search } from './search.ts';
import { Transcript } from './transcript.ts';

test('any slice of it is that of the whole text', () => {
  const transcript = new Transcript();
  const whole = 'one\n\ntwo\nthree';
  for (const letter of whole) transcript.append(letter);
  for (let from = 0; from <= whole.length; from++) {
    for (let to = from; to <= whole.length; to++) expect(transcript.slice(from, to)).toBe(whole.slice(from, to));
  }
  expect(transcript.end).toBe(whole.length);
  expect(transcript.lines).toEqual(['one', '', 'two']);
  expect(transcript.tail(2)).toEqual(['two', 'three']);
});

test('a match is found though it comes in pieces, and anchors mean lines', () => {
  const transcript = new Transcript();
  const search = new Search(transcript, /^login: $/m, 0);
  transcript.append('not yet login: ');
  expect(search.look()).toBeUndefined();
  transcript.append(`\n${'x'.repeat(20_000)}\nlog`);
  expect(search.look()).toBeUndefined();
  transcript.append('in: ');
  expect(search.look()).toMatchObject({ text: 'login: ', position: transcript.end - 7, end: transcript.end });
});

test('looking at the end of a long transcript costs what the end costs', () => {
  const transcript = new Transcript();
  const search = new Search(transcript, 'never', 0);
  const seconds = () => {
    const began = performance.now();
    for (let i = 0; i < 1000; i++) {
      transcript.append('a line of the usual length of a line on a console\n');
      search.look();
    }
    return (performance.now() - began) / 1000;
  };
  seconds();
  const early = seconds();
  transcript.append('a line of the usual length of a line on a console\n'.repeat(100_000));
  search.look();
  expect(seconds()).toBeLessThan(early * 5 + 0.2);
});
