import { expect, inject, test } from 'vitest';
import { killServer } from './scenarios/kill.ts';
import { show } from './support/show.ts';

const few = { kills: 3, customers: 30, agents: 5, commandsPerLife: 30, say: () => {} } as const;

test('[D1] [D2] [D3] [D7] a server killed with -9 loses and doubles nothing, on a PostgreSQL of its own', async () => {
  const verdict = await killServer({ ...few, adminUrl: inject('postgresUrl') });
  show('kill -9, DATABASE_URL', verdict);
  expect(verdict.problems).toEqual([]);
  expect(verdict.figures).toMatchObject({ kills: few.kills, violations: 0 });
  expect(verdict.figures.acknowledged).toBeGreaterThan(few.kills * few.commandsPerLife * 0.5);
});
