import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import { matrixSchema } from './schema.ts';

/** The editor's schema as text: what matrix.schema.json must hold. */
export function matrixJsonSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(matrixSchema, { io: 'input' }), null, 2)}\n`;
}

if (import.meta.main) writeFileSync(new URL('../../matrix.schema.json', import.meta.url), matrixJsonSchema());
