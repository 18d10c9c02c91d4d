import { expect } from 'vitest';

/** Reads until it is as expected, with patience for a machine that does much else: `await eventually(read).toBe(1)`. */
export const eventually = <T>(read: () => T | Promise<T>) => expect.poll(read, { timeout: 20_000 });
