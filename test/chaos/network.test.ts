import { expect, inject, test } from 'vitest';
import { cutConnections } from './scenarios/cuts.ts';
import { loseOneWay } from './scenarios/one-way.ts';
import { show } from './support/show.ts';

const say = () => {};

test('[D5] [D6] networks that break at any moment lose and double nothing, and heal within 35 s', async () => {
  const adminUrl = inject('postgresUrl');
  const verdict = await cutConnections({ adminUrl, customers: 8, cuts: 2, longestMs: 3_000, say });
  show('cuts', verdict);
  expect(verdict.problems).toEqual([]);
  expect(verdict.figures).toMatchObject({ cuts: 16, violations: 0 });
});

test('[D5] the loss of one direction is noticed and healed within 35 s, speaking or listening', async () => {
  const verdict = await loseOneWay({ adminUrl: inject('postgresUrl'), lossMs: 8_000, each: 1, say });
  show('loss of one direction', verdict);
  expect(verdict.problems).toEqual([]);
});
