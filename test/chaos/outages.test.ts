import { describe, expect, inject, test } from 'vitest';
import { losePostgres } from './scenarios/postgres-outage.ts';
import { loseRedis } from './scenarios/redis-outage.ts';
import { hasRedis } from './support/redis.ts';
import { show } from './support/show.ts';

const say = () => {};

describe('[D3] a PostgreSQL that goes away: nothing is acknowledged meanwhile, all of it within 10 s after', () => {
  test.each(['stopped', 'frozen'] as const)('%s', async (how) => {
    const verdict = await losePostgres({ how, outageMs: 5_000, customers: 8, say });
    show(`PostgreSQL ${how}`, verdict);
    expect(verdict.problems).toEqual([]);
    expect(verdict.figures).toMatchObject({ 'acknowledged meanwhile': 0, violations: 0 });
    expect(verdict.figures['waiting at its return'], 'there was something to drain').toBeGreaterThan(0);
  });
});

test.skipIf(!hasRedis())(
  '[D5] a Redis that dies under two nodes loses nothing, and delays for 30 s at most',
  async () => {
    const verdict = await loseRedis({ adminUrl: inject('postgresUrl'), outageMs: 5_000, pairs: 3, say });
    show('Redis killed', verdict);
    expect(verdict.problems).toEqual([]);
    expect(verdict.figures).toMatchObject({ '/readyz meanwhile': 'degraded', violations: 0 });
  },
);
