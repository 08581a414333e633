import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import { UsageError } from '../errors.ts';
import { problemsOf } from './problems.ts';
import { checkReferences, type Problem } from './references.ts';
import { type Matrix, matrixSchema } from './schema.ts';

/** The matrix of this checkout. */
export const matrixFile = new URL('../../matrix.yaml', import.meta.url).pathname;

/**
 * Reads and checks matrix.yaml.
 *
 * @throws UsageError `matrix-invalid`: every problem with its file, line and column; `matrix-unreadable`.
 */
export function loadMatrix(path: string = matrixFile): Matrix {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new UsageError({ code: 'matrix-unreadable', message: `${path} cannot be read: ${String(cause)}`, cause });
  }
  return parseMatrix(text, path);
}

/**
 * Checks the text of a matrix. `file` is what errors call it.
 *
 * @throws UsageError `matrix-invalid`.
 */
export function parseMatrix(text: string, file: string): Matrix {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number, message: string) => {
    const { line, col } = lines.linePos(offset);
    return { line, col, message };
  };
  // The first error of syntax is the one; those behind it follow from it.
  const [syntax] = document.errors.toSorted((a, b) => a.pos[0] - b.pos[0]);
  if (syntax) throw invalid(file, [at(syntax.pos[0], syntax.message)]);
  const place = (problem: Problem) => at(offsetOf(document, problem), problem.message);
  const value: unknown = document.toJS();
  const parsed = matrixSchema.safeParse(value);
  if (!parsed.success) throw invalid(file, problemsOf(parsed.error, { schema: matrixSchema, value }).map(place));
  const problems = checkReferences(parsed.data);
  if (problems.length > 0) throw invalid(file, problems.map(place));
  return parsed.data;
}

/** Where the value or key stands; a missing one stands where its parent begins. */
function offsetOf(document: Document, { path, onKey }: Problem): number {
  const parent = document.getIn(path.slice(0, -1), true);
  if (isMap(parent)) {
    const pair = parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(path.at(-1)));
    const node = onKey ? pair?.key : (pair?.value ?? pair?.key);
    if (isNode(node) && node.range) return node.range[0];
  }
  for (let length = path.length; length >= 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

function invalid(file: string, found: { line: number; col: number; message: string }[]): UsageError {
  const name = basename(file);
  const lines = found
    .toSorted((a, b) => a.line - b.line || a.col - b.col)
    .map(({ line, col, message }) => `${name}:${line}:${col}: ${message}`);
  return new UsageError({
    code: 'matrix-invalid',
    message: lines.join('\n'),
    hint: 'the keys and what they mean are in matrix.schema.json; an editor with a YAML language server shows them',
    evidence: file,
  });
}
