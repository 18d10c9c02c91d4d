import { describe, expect, test } from 'vitest';
import {
  defaultNotifyPlan,
  type NotifyPlan,
  type NotifyStep,
  nextStep,
  stepAt,
} from '../../server/domain/notify-plan.ts';

const email: NotifyStep = { channel: 'email', afterMs: 60, to: 'agents' };
const push: NotifyStep = { channel: 'push', afterMs: 0 };
const plan: NotifyPlan = { steps: [email, push], repeatMs: 100, repeats: 2, showsTopic: true };
const since = 1_000;

const all = (one: NotifyPlan) => {
  const found = [];
  for (let number = 0; ; number++) {
    const due = stepAt(one, since, number);
    if (due === null) return found;
    found.push([due.step.channel, due.dueAt - since]);
  }
};

describe('a notify plan', () => {
  test('takes its steps in the order of their delays, and comes again after the last', () => {
    expect(all(plan)).toEqual([
      ['push', 0],
      ['email', 60],
      ['push', 160],
      ['email', 220],
      ['push', 320],
      ['email', 380],
    ]);
  });

  test('may be empty, or of one round', () => {
    expect(all({ ...plan, steps: [] })).toEqual([]);
    expect(nextStep({ ...plan, steps: [] }, since, 0, since)).toBeNull();
    expect(all({ ...plan, repeats: 0 })).toHaveLength(2);
  });

  test('by default reaches devices at once, mailboxes after a minute, and gives up after about an hour', () => {
    const default_ = all(defaultNotifyPlan);
    expect(default_.slice(0, 3)).toEqual([
      ['push', 0],
      ['email', 60_000],
      ['push', 11 * 60_000],
    ]);
    expect(default_.at(-1)).toEqual(['email', 67 * 60_000]);
  });

  test.each([
    ['on time', 0, 0, 0],
    ['late for the first, early for the second', 0, 50, 0],
    ['the first of the second round', 2, 100, 2],
    ['a round behind: the first step is due again, the second not yet', 0, 200, 1],
    ['all but the last round missed: that one is taken, and nothing twice', 0, 10_000, 4],
    ['behind the last', 6, 10_000, null],
  ])('%s', (_name, from, now, number) => {
    expect(nextStep(plan, since, from, since + now)?.number ?? null).toBe(number);
  });
});
