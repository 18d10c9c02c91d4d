import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { expect, test, vi } from 'vitest';
import { checkOf } from '../../server/plugins/validation.ts';

vi.mock('typebox/compile', async (importOriginal) => {
  const original = await importOriginal<typeof import('typebox/compile')>();
  return { ...original, Compile: vi.fn(original.Compile) };
});

test('a schema is compiled once, however many sockets are checked with it', () => {
  const schema = Type.Object({ text: Type.String() });
  const checks = Array.from({ length: 10 }, () => checkOf(schema));
  for (const check of checks) {
    expect(check({ text: 'hi' })).toEqual({ text: 'hi' });
    expect(() => check({ text: 1 })).toThrow();
  }
  expect(Compile).toHaveBeenCalledTimes(1);
});
