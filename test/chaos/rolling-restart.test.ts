import { expect, inject, test } from 'vitest';
import { restartRolling } from './scenarios/rolling-restart.ts';
import { hasRedis } from './support/redis.ts';
import { show } from './support/show.ts';

test.skipIf(!hasRedis())(
  '[D9] a rolling restart loses nothing and costs each customer one reconnect at most',
  async () => {
    const verdict = await restartRolling({
      adminUrl: inject('postgresUrl'),
      customers: 15,
      agents: 2,
      order: 'new first',
      rounds: 1,
      say: () => {},
    });
    show('rolling restart, new nodes first', verdict);
    expect(verdict.problems).toEqual([]);
    expect(verdict.figures).toMatchObject({ violations: 0, 'customers with 1 reconnects': 15 });
  },
);
