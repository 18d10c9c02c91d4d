import { expect, test } from 'vitest';
import type { Command } from '../../server/domain/command.ts';
import { type Conversation, unstarted } from '../../server/domain/conversation.ts';
import { decide } from '../../server/domain/decide.ts';
import { defaultPolicy } from '../../server/domain/site-policy.ts';
import { accept, ana, ask, ben, expire, gone, offer, reply, toQueue } from './commands.ts';

/** Carries these out, a second apart, the first at 1000. @returns the state, or the code of the last one's refusal */
function after(commands: readonly Command[]): Conversation | string {
  let state = unstarted;
  for (const [at, command] of commands.entries()) {
    const decision = decide(state, command, {
      now: (at + 1) * 1_000,
      partialText: '',
      isLastAgentOnline: false,
      isBotInPage: false,
      policy: defaultPolicy,
    });
    if (!decision.ok) return decision.code;
    state = decision.state;
  }
  return state;
}

test('an agent who vanishes before a word leaves the customer where they stood in the queue', () => {
  const state = after([ask, accept(ana), gone()]);
  expect(state).toMatchObject({ status: 'waiting', since: 1_000, priority: 'normal', offer: null });
});

test('one who has answered leaves them in front of those who have had nobody yet', () => {
  const state = after([ask, accept(ana), reply(), gone()]);
  expect(state).toMatchObject({ status: 'waiting', since: 4_000, priority: 'first' });
});

test('back at their place, the next who vanishes sends them there again: to the first place, not the second', () => {
  const state = after([ask, accept(ana), gone(), accept(ben), gone(ben)]);
  expect(state).toMatchObject({ status: 'waiting', since: 1_000, priority: 'normal' });
});

test('the team is kept, and so is the priority of one who had been passed on', () => {
  const state = after([ask, accept(ana), reply(), toQueue, accept(ben), gone(ben)]);
  expect(state).toMatchObject({ status: 'waiting', since: 4_000, priority: 'first', team: 'cards' });
});

test('only the agent who is in can vanish', () => {
  expect(after([ask, gone()])).toBe('not_assigned');
  expect(after([ask, accept(ben), gone(ana)])).toBe('not_assigned');
});

test('who lets an offer pass is remembered for this wait, and only for it', () => {
  const passed = [ask, offer(ana, 2_500), expire];
  expect(after(passed)).toMatchObject({ status: 'waiting', passedBy: [ana.id] });
  expect(after([...passed, accept(ben), toBen, gone(ben)])).toMatchObject({ passedBy: [] });
});
const toBen = reply(ben);

test('whoever passes a customer on is not asked first, and somebody who passed an offer once more begins a new round', () => {
  const passedOn = [ask, accept(ana), reply(), toQueue];
  expect(after(passedOn)).toMatchObject({ passedBy: [ana.id], leftAt: 4_000 });
  expect(after([...passedOn, offer(ana, 99_000)])).toMatchObject({ passedBy: [] });
});

test('the place is the old one, the wait a new one: agents are told of it again', () => {
  expect(after([ask, accept(ana), gone()])).toMatchObject({ since: 1_000, begunAt: 3_000, told: null });
});
