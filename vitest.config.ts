import { defineConfig } from 'vitest/config';

/** One project a folder, so that a failure names its part. Browser tests bring their own timeouts. */
const project = (name: string, timeoutMs: number, retry = 0) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
    retry,
  },
});

/** Where others share the machine a process may stall for seconds: one more try there, shown in the report. */
const retries = process.env.CI === 'true' ? 1 : 0;

export default defineConfig({
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    // Two cores, and most of a test is waiting: with two workers they are idle for more than half of the
    // time. With four, PostgreSQL's hundred connections do not last.
    maxWorkers: 3,
    projects: [
      project('arch', 30_000),
      project('domain', 60_000),
      project('protocol', 30_000),
      project('browser', 60_000),
      project('widget', 30_000),
      project('console', 30_000),
      project('examples', 60_000),
      project('server', 60_000, retries),
      // Whatever is lost or doubled once is: no second try.
      project('chaos', 240_000),
      project('e2e', 240_000, retries),
    ],
  },
});
