import { expect } from 'vitest';
import type { Fact } from '../../protocol/conversation.ts';
import type { Conversation } from '../../server/domain/conversation.ts';
import { evolve } from '../../server/domain/evolve.ts';
import type { Summary } from '../../server/domain/summary.ts';

const common = [
  'status',
  'seq',
  'turn',
  'pending',
  'lastAnswer',
  'lastAgent',
  'leftAt',
  'rating',
  'recent',
  'suggested',
  'followUp',
  'promises',
  'receipts',
];
const fieldsOf: Record<Conversation['status'], string[]> = {
  bot: [],
  waiting: ['since', 'begunAt', 'reason', 'priority', 'team', 'offer', 'passedBy', 'told'],
  human: ['agent', 'since', 'waited', 'firstReplyAt'],
  resolved: ['by', 'at', 'outcome'],
};

/** What holds in every state that can be reached. */
export function expectSoundState(state: Conversation, facts: readonly Fact[]): void {
  const { because, ...fields } = { because: undefined, ...state };
  const isRaised = state.status === 'waiting' && state.priority !== 'normal';
  expect(because === undefined || isRaised, 'whoever goes before others does so for a reason').toBe(true);
  expect(Object.keys(fields).sort(), 'a field exists only where it means something').toEqual(
    [...common, ...fieldsOf[state.status]].sort(),
  );
  expect(state.seq, 'seq counts the facts').toBe(facts.length);
  if (state.status === 'human' || state.status === 'resolved') {
    expect(state.pending, 'the bot is silent while a person is in and after the end').toBeNull();
  }
  if (state.pending !== null) {
    expect(state.pending.turn, 'only the newest turn can run').toBe(state.turn);
    const question = facts[state.pending.question - 1];
    expect(question?.type, 'a turn answers a message').toBe('message.sent');
    expect(question?.by.kind).toBe('customer');
  }
  const joined = facts.some((fact) => fact.type === 'handoff.accepted');
  expect(state.lastAgent !== null, 'lastAgent is set once a person was in').toBe(joined);
}

/** What holds between the facts of a conversation: each is looked at in the state in which it happened. */
export function expectSoundFacts(facts: readonly Fact[], unstarted: Conversation): void {
  let before = unstarted;
  for (const [index, fact] of facts.entries()) {
    expect(fact.seq, 'seq has no gaps').toBe(index + 1);
    expect(fact.type === 'conversation.started', 'a conversation starts once, and first').toBe(index === 0);
    expectFits(fact, before);
    const after = evolve(before, fact);
    expect(after.turn - before.turn, 'turns go up one by one').toBe(fact.type === 'answer.started' ? 1 : 0);
    before = after;
  }
}

function expectFits(fact: Fact, before: Conversation): void {
  if (fact.by.kind === 'bot') {
    expect(['bot', 'waiting'], 'one voice: the bot does not speak while a person is in').toContain(
      before.status,
    );
  }
  switch (fact.type) {
    case 'answer.started':
      expect(before.pending, 'at most one turn runs').toBeNull();
      return;
    case 'answer.ended':
      expect(before.pending?.turn, 'only the running turn ends').toBe(fact.turn);
      expect(fact.failure !== null, 'a failure has a reason, and nothing else has').toBe(
        fact.outcome === 'failed',
      );
      return;
    case 'message.sent':
      expect(before.status, 'nobody writes into what is resolved').not.toBe('resolved');
      if (fact.by.kind === 'agent') {
        expect(before.status === 'human' && before.agent.id, 'only the person who is in answers').toBe(
          fact.by.id,
        );
      } else expect(fact.by.kind).toBe('customer');
      return;
    case 'handoff.accepted': {
      expect(before.status).toBe('waiting');
      const offer = before.status === 'waiting' ? before.offer : null;
      const isFree = offer === null || offer.agent.id === fact.agent.id || offer.expiresAt <= fact.at;
      expect(isFree, 'what is offered to one is not taken by another').toBe(true);
      return;
    }
    case 'handoff.transferred':
      expect(before.status).toBe('human');
      expect(before.status === 'human' && before.agent.id === fact.from.id).toBe(true);
      // Who vanishes is passed on by the server; else by themselves, or to the colleague who takes over.
      if (fact.by.kind !== 'system') {
        const taker = fact.to.kind === 'agent' ? fact.to.agent.id : null;
        expect(fact.by.kind === 'agent' && [fact.from.id, taker].includes(fact.by.id)).toBe(true);
      } else expect(fact.to.kind).toBe('queue');
      return;
    case 'handoff.returned':
      expect(before.status === 'human' && fact.by.kind === 'agent' && before.agent.id === fact.by.id).toBe(
        true,
      );
      return;
    case 'handoff.suggested':
    case 'answer.corrected':
      expect(before.status, 'a person is suggested only to those who have none').toBe('bot');
      return;
    case 'transcript.shared':
      expect(fact.by.kind, 'what a page says is never said in the name of others').toBe('customer');
      expect(before.status, 'nobody writes into what is resolved').not.toBe('resolved');
      return;
    case 'queue.told':
    case 'followup.asked':
      expect(before.status).toBe('waiting');
      return;
    case 'promise.kept':
    case 'promise.missed':
    case 'promise.cancelled': {
      const open = before.promises.find(({ promise }) => promise === fact.promise);
      expect(open, 'only what is open ends').toBeDefined();
      expect(
        fact.at > (open?.dueAt ?? 0) || fact.type !== 'promise.missed',
        'too late is after the deadline',
      ).toBe(true);
      return;
    }
    case 'handoff.offered':
      expect(before.status === 'waiting' && before.offer === null, 'one offer at a time').toBe(true);
      return;
    case 'feedback.reviewed': {
      const receipt = before.receipts.find(({ about }) => about === fact.about);
      expect(receipt, 'only what was said is looked at').toBeDefined();
      expect(receipt?.status, 'what was changed stays so').not.toBe('changed');
      expect(receipt?.status, 'nothing is said twice').not.toBe(fact.status);
      return;
    }
    case 'handoff.rated':
      expect(before.lastAgent, 'who had no person knows of no handoff').not.toBeNull();
      return;
    case 'conversation.rated':
      expect(before.lastAgent !== null || before.status === 'resolved').toBe(true);
      return;
    case 'conversation.resolved':
      expect(before.status).not.toBe('resolved');
      return;
    case 'conversation.reopened':
      expect(before.status).toBe('resolved');
  }
}

/** The row on the desk says what the state and the facts say. */
export function expectSummaryAgrees(row: Summary, state: Conversation, facts: readonly Fact[]): void {
  expect(row.status).toBe(state.status);
  expect(row.waitingSince).toBe(state.status === 'waiting' ? state.since : null);
  expect(row.agent).toEqual(state.status === 'human' ? state.agent : null);
  if (state.status === 'waiting') expect([row.reason, row.priority]).toEqual([state.reason, state.priority]);
  const said = facts.filter(
    (fact) =>
      fact.type === 'message.sent' ||
      fact.type === 'transcript.shared' ||
      (fact.type === 'answer.ended' && fact.text !== ''),
  );
  const last = said.at(-1);
  if (last === undefined) expect(row.lastText).toBe('');
  else
    expect(row.lastAuthor).toBe(last.type === 'transcript.shared' ? last.lines.at(-1)?.author : last.by.kind);
  const verdicts = new Map(
    facts.flatMap((fact) => (fact.type === 'feedback.given' ? [[fact.turn, fact.verdict] as const] : [])),
  );
  expect(row.downvotes).toBe([...verdicts.values()].filter((verdict) => verdict === 'down').length);
  expect(row.lastText.length).toBeLessThanOrEqual(200);
}
