import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { EventBody } from '../../runners/events/event.ts';
import { foldRun } from '../fold.ts';
import { cellEnded, cellStarted, ended, stamped, started, xfs } from '../sample.ts';
import { makeModel } from './make-model.ts';
import { html } from './markup.ts';
import { block } from './pack.ts';
import { renderHtml } from './render.ts';

const EVIL = `</script><script>alert(1)</script><img src=x onerror=alert(1)> " ' & <!-- \u2028`;

const reason = { code: EVIL, message: EVIL, hint: EVIL, command: EVIL };
const events: EventBody[] = [
  started(xfs),
  cellStarted(xfs),
  { type: 'cell-fact', cell: xfs.id, name: EVIL, value: EVIL },
  { type: 'check-ended', cell: xfs.id, check: EVIL, status: 'failed', seconds: 1, reason },
  { type: 'diagnosis', cell: xfs.id, code: EVIL, sentence: EVIL, lines: [{ number: 1, text: EVIL }], signature: EVIL },
  { type: 'note', text: EVIL },
  cellEnded(xfs, 'failed'),
  ended(false, { code: EVIL, message: EVIL }),
];
const page = await renderHtml(makeModel(foldRun(stamped(...events)), { runs: [], cells: [] }, '/run/index.html'));

test('what a guest printed never becomes markup', () => {
  const markup = page.replace(/<script>.*?<\/script>/s, '');
  for (const taken of ['<img', '<script>alert', 'style="'])
    expect([taken, markup.includes(taken)]).toEqual([taken, false]);
  const scripts = [...page.matchAll(/<script([^>]*)>/g)].map(([, attributes]) => attributes);
  expect(scripts).toEqual([
    ' type="application/json" id="core"',
    '',
    ' type="application/json" id="details-0"',
    ' type="application/json" id="slots"',
  ]);
  expect(page.match(/<\/script/g)).toHaveLength(4);
});

test('and is in the data as it was', () => {
  const core = JSON.parse(/id="core">(.*?)<\/script>/s.exec(page)?.[1] ?? '');
  expect(core.problems[0].title).toBe(EVIL);
  expect(core.notes).toEqual([EVIL]);
});

test('the policy allows its own script and style by their hashes, and nothing else', () => {
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1]?.replaceAll('&#39;', "'") ?? '';
  const hash = (text = '') => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  const script = /<script>(.*?)<\/script>/s.exec(page)?.[1];
  const style = /<style>(.*?)<\/style>/s.exec(page)?.[1];
  expect(policy.split('; ')).toEqual([
    "default-src 'none'",
    `script-src ${hash(script)}`,
    `style-src ${hash(style)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ]);
});

test('what is long is packed, and comes out the same', () => {
  const value = Array.from({ length: 2000 }, (_, index) => `${EVIL} ${index}`);
  const { markup } = block('long', value);
  expect(markup).toMatch(/^<script type="application\/gzip" id="long">[A-Za-z0-9+/=]+<\/script>\n$/);
  const packed = />(.*)<\//.exec(markup)?.[1] ?? '';
  expect(JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString())).toEqual(value);
});

test('html fills in text as text, and leaves out what is not there', () => {
  expect(html`<a title="${'"<>&\''}">${[html`<b>${1}</b>`, ' ', undefined, false]}</a>`.markup).toBe(
    '<a title="&#34;&#60;&#62;&#38;&#39;"><b>1</b> </a>',
  );
});
