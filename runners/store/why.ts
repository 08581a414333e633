import type { Difference } from './difference.ts';
import type { Found } from './find.ts';
import { flatten, type Json } from './inputs.ts';
import type { Manifest } from './manifest.ts';
import { formatSize } from './size.ts';

/** Why an entry is reused, or why it is to be made: text of several lines, without colours. */
export function why(found: Found): string {
  if ('hit' in found)
    return [`${titleOf(found.hit.manifest)} is there: ${found.hit.folder}`, ...told(found.hit.manifest)].join('\n');
  const { kind, key, nearest } = found;
  if (!nearest) return `${kind}/${key} is not there, and nothing else of ${kind} is: it will be made.`;
  const { manifest, differences } = nearest;
  return [
    `${kind}/${key} is not there: it will be made.`,
    `The nearest is ${titleOf(manifest)}, made ${manifest.made.at.slice(0, 16).replace('T', ' ')} UTC. Since then:`,
    ...table(differences.map(changed)),
  ].join('\n');
}

/** A manifest in plain words: who made it when, what went in, what came out. */
export function told({ made, inputs, files }: Manifest): string[] {
  return [
    `made ${made.at.slice(0, 16).replace('T', ' ')} UTC by ${made.by}, in ${made.seconds.toFixed(1)} s`,
    'inputs',
    ...table([...flatten(inputs as Json)].map(([name, value]) => [name, value] as const)),
    'files',
    ...table(
      Object.entries(files).map(([name, file]) => [
        name,
        'link' in file ? `-> ${file.link}` : `${formatSize(file.size)}, sha256 ${file.sha256}`,
      ]),
    ),
  ];
}

function titleOf({ kind, key, label }: Manifest): string {
  return `${kind}/${key}${label === undefined ? '' : ` (${label})`}`;
}

function changed({ name, before, now }: Difference): readonly [string, string] {
  if (before === undefined) return [name, `is new: ${short(now)}`];
  if (now === undefined) return [name, `no longer counts; was ${short(before)}`];
  return [name, `${short(before)} -> ${short(now)}`];
}

/** Of a hash, what is enough to tell it from another. */
function short(value = ''): string {
  return /^[0-9a-f]{32,}$/.test(value) ? `${value.slice(0, 12)}…` : value;
}

function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`);
}
