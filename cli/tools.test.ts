import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { requireTools } from './tools.ts';

const path = process.env.PATH;
const nothing = { print: () => {}, signal: new AbortController().signal };

describe('requireTools', () => {
  beforeEach(() => {
    process.env.PATH = '/nonexistent';
  });
  afterEach(() => {
    process.env.PATH = path;
  });

  it('lists what is missing, why it is needed, and what to type, when it may not install', async () => {
    const need = { uses: ['cell' as const], arches: ['x86_64'] };
    await expect(requireTools(need, { ...nothing, install: false })).rejects.toMatchObject({
      fault: 'harness',
      code: 'tools-missing',
      message: expect.stringMatching(/^ {2}qemu-img \(qemu-utils\) makes/m),
      hint: expect.stringContaining('--no-install'),
      command: expect.stringMatching(/apt-get install .*qemu-system-x86/),
    });
  });

  it('asks for nothing that is not needed', async () => {
    await requireTools({ uses: [], arches: ['x86_64'] }, { ...nothing, install: false });
  });
});
