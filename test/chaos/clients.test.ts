import { expect, inject, test } from 'vitest';
import { crashClients } from './scenarios/crash.ts';
import { raceForCustomers } from './scenarios/race.ts';
import { hasRedis } from './support/redis.ts';
import { show } from './support/show.ts';

const say = () => {};
if (!hasRedis() && process.env.CI === 'true') throw new Error('redis-server is required and not installed');

test('[D1] [D6] pages that crash or reload between send and acknowledgement send each message once', async () => {
  const verdict = await crashClients({ adminUrl: inject('postgresUrl'), crashes: 40, customers: 8, say });
  show('crashes and reloads', verdict);
  expect(verdict.problems).toEqual([]);
  expect(verdict.figures).toMatchObject({ 'pages ended': 40, unanswered: 0, violations: 0 });
});

test.skipIf(!hasRedis())('[D2] two agents on two nodes who go for one customer never both win', async () => {
  const verdict = await raceForCustomers({ adminUrl: inject('postgresUrl'), races: 200, tracks: 8, say });
  show('races for one customer', verdict);
  expect(verdict.problems).toEqual([]);
  expect(verdict.figures).toMatchObject({ races: 200, 'two winners': 0, violations: 0 });
});
