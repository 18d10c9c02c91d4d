import * as fc from 'fast-check';
import { uuidv7 } from '../../browser/ids.ts';
import type { Fact } from '../../protocol/conversation.ts';
import type { FactsEvent } from '../../protocol/events.ts';
import { visibleTo } from '../../server/domain/audience.ts';
import type { Command, World } from '../../server/domain/command.ts';
import { type Conversation, unstarted } from '../../server/domain/conversation.ts';
import { decide } from '../../server/domain/decide.ts';
import { evolve } from '../../server/domain/evolve.ts';
import { defaultPolicy } from '../../server/domain/site-policy.ts';

export const conversationId = uuidv7();

/** Each step makes a command from the state it meets; the domain refuses those that do not fit. */
type Step = readonly [(state: Conversation) => Command, Omit<World, 'now'> & { readonly waitedMs: number }];

const agents = [
  { id: 'a1', name: 'Ana' },
  { id: 'a2', name: 'Ben' },
] as const;
const agent = fc.constantFrom(...agents);
const text = fc.oneof(
  { weight: 3, arbitrary: fc.string({ minLength: 1, maxLength: 12 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'I want to talk to a real person',
      'are you a bot?',
      'It is very urgent.',
      'One of our agents will call you back within the hour.',
    ),
  },
);
const cid = fc.constant(null).map(() => uuidv7());

const customer = fc
  .oneof(
    fc.record({ name: fc.constant('message:send' as const), cid, text }),
    fc.record({ name: fc.constant('message:send' as const), cid, text }),
    fc.record({ name: fc.constant('handoff:request' as const), cid }),
    fc.record({ name: fc.constant('handoff:cancel' as const), cid }),
    fc.record({
      name: fc.constant('transcript:share' as const),
      cid,
      lines: fc.array(fc.record({ author: fc.constantFrom('customer' as const, 'bot' as const), text }), {
        minLength: 1,
        maxLength: 3,
      }),
    }),
    fc.record({
      name: fc.constant('feedback:share' as const),
      cid,
      question: text,
      answer: text,
      verdict: fc.constantFrom('up' as const, 'down' as const),
      reasons: fc.constant<'wrong'[]>([]),
      comment: text,
    }),
    fc.record({ name: fc.constant('followup:ask' as const), cid, email: fc.constant('kim@example.com') }),
    fc.record({ name: fc.constant('handoff:rate' as const), cid, hadToRepeat: fc.boolean() }),
    fc.record({
      name: fc.constant('conversation:rate' as const),
      cid,
      rating: fc.integer({ min: 1, max: 5 }),
      comment: text,
    }),
    fc.record({
      name: fc.constant('conversation:resolve' as const),
      cid,
      outcome: fc.constant('solved' as const),
    }),
  )
  .map((command) => (): Command => ({ from: 'customer', command }));

const aboutTurn = fc
  .record({
    cid,
    back: fc.nat(2),
    verdict: fc.constantFrom('up' as const, 'down' as const, 'none' as const),
    text,
    isRetry: fc.boolean(),
  })
  .map(({ cid, back, verdict, text, isRetry }) => (state: Conversation): Command => {
    const turn = Math.max(1, state.turn - back);
    const feedback = {
      name: 'feedback:give',
      cid,
      turn,
      verdict,
      reasons: ['wrong'],
      comment: text,
    } as const;
    return {
      from: 'customer',
      command: isRetry ? { name: 'answer:retry', cid, turn } : { ...feedback, reasons: ['wrong'] },
    };
  });

const agentDoes = fc
  .oneof(
    fc.record({ name: fc.constant('handoff:accept' as const), cid }),
    fc.record({ name: fc.constant('handoff:accept' as const), cid }),
    fc.record({ name: fc.constant('message:send' as const), cid, text }),
    fc.record({ name: fc.constant('note:add' as const), cid, text: text.map((words) => `secret ${words}`) }),
    fc.record({
      name: fc.constant('answer:improve' as const),
      cid,
      turn: fc.integer({ min: 1, max: 3 }),
      text: text.map((words) => `secret ${words}`),
    }),
    fc.record({
      name: fc.constant('feedback:review' as const),
      cid,
      about: fc.constantFrom(1, 2, 'conversation' as const),
      status: fc.constantFrom('looked_at' as const, 'changed' as const, 'not_changed' as const),
      word: text,
    }),
    fc.record({ name: fc.constant('handoff:return' as const), cid, decision: text }),
    fc.record({
      name: fc.constant('handoff:transfer' as const),
      cid,
      to: fc.oneof(
        agent.map((to) => ({ kind: 'agent' as const, agent: to })),
        fc.constant({ kind: 'queue' as const, team: null }),
      ),
    }),
    fc.record({
      name: fc.constant('promise:make' as const),
      cid,
      kind: fc.constantFrom('follow_up' as const, 'call_back' as const),
      text,
      // The walk begins at 1_700_000_000_000 and takes hours.
      dueAt: fc.constantFrom(1_700_006_000_000, 1_700_012_000_000, 1_700_200_000_000),
    }),
    fc.record({
      name: fc.constant('conversation:resolve' as const),
      cid,
      outcome: fc.constant('unsolved' as const),
    }),
  )
  .chain((command) =>
    fc
      .record({ other: agent, isOther: fc.nat(3) })
      .map(({ other, isOther }) => (state: Conversation): Command => {
        // Mostly whoever has it, so that much of what agents do is taken.
        const by = state.status === 'human' && isOther > 0 ? state.agent : other;
        return { from: 'agent', agent: by, command };
      }),
  );

/** What is about something open: an offer by the one who has it, a promise by its owner. */
const agentEnds = fc
  .constantFrom('decline', 'keep', 'cancel')
  .map((what) => (state: Conversation): Command => {
    const cid = uuidv7();
    const [{ promise, owner } = { promise: 0, owner: null }] = state.promises;
    const offered = state.status === 'waiting' ? state.offer?.agent : undefined;
    if (what === 'decline') {
      return { from: 'agent', agent: offered ?? agents[0], command: { name: 'handoff:decline', cid } };
    }
    const by = { from: 'agent', agent: owner ?? agents[0] } as const;
    return what === 'keep'
      ? { ...by, command: { name: 'promise:keep', cid, promise } }
      : { ...by, command: { name: 'promise:cancel', cid, promise, why: 'Done by mail.' } };
  });

const serverDoes = fc.oneof(
  fc
    .record({
      outcome: fc.constantFrom('answered' as const, 'unknown' as const, 'failed' as const),
      text,
      handoff: fc.constantFrom(null, null, 'wants a person'),
    })
    .map((end) => (state: Conversation): Command => {
      const failure = end.outcome === 'failed' ? ('timeout' as const) : null;
      const command = { name: 'answer:end', turn: state.turn, sources: [], failure, ...end } as const;
      return { from: 'server', command: { ...command, sources: [] } };
    }),
  fc.record({ to: agent, expiresAt: fc.constantFrom(0, 2_000_000_000_000) }).map(
    ({ to: agent, expiresAt }) =>
      (): Command => ({ from: 'server', command: { name: 'handoff:offer', agent, expiresAt } }),
  ),
  fc.constant(
    ({ promises: [open] }: Conversation): Command => ({
      from: 'server',
      command: { name: 'promise:overdue', promise: open?.promise ?? 0 },
    }),
  ),
  fc.constant((): Command => ({ from: 'server', command: { name: 'handoff:expire_offer' } })),
  text.map(
    (said) => (): Command => ({
      from: 'server',
      command: { name: 'bot:say', text: said, sources: [], replies: ['Yes'] },
    }),
  ),
  fc.constant(
    ({ seq }: Conversation): Command => ({
      from: 'server',
      command: { name: 'followup:sent', through: seq },
    }),
  ),
  fc.boolean().map(
    (isAnyoneOnline) => (): Command => ({
      from: 'server',
      command: { name: 'queue:tell', place: 2, isAnyoneOnline, wait: null },
    }),
  ),
);

const step: fc.Arbitrary<Step> = fc.tuple(
  fc.oneof(customer, customer, aboutTurn, agentDoes, agentDoes, agentEnds, agentEnds, serverDoes, serverDoes),
  fc.record({
    partialText: text,
    isLastAgentOnline: fc.boolean(),
    isBotInPage: fc.boolean(),
    policy: fc.constantFrom(defaultPolicy, { ...defaultPolicy, promises: 'correct' as const }),
    waitedMs: fc.nat(600_000),
  }),
);

export interface Walk {
  readonly facts: readonly Fact[];
  /** The domain's state after each fact: `states[3]` is that at seq 3. */
  readonly states: readonly Conversation[];
}

/** Conversations as the real domain lets them happen. */
export const walk: fc.Arbitrary<Walk> = fc
  .array(step, { minLength: 3, maxLength: 80, size: 'max' })
  .map((steps) => {
    const facts: Fact[] = [];
    const states = [unstarted];
    let now = 1_700_000_000_000;
    for (const [command, { waitedMs, ...world }] of steps) {
      now += waitedMs;
      const state = states.at(-1) ?? unstarted;
      const decision = decide(state, command(state), { ...world, now });
      for (const fact of decision.ok ? decision.facts : []) {
        facts.push(fact);
        states.push(evolve(states.at(-1) ?? unstarted, fact));
      }
    }
    return { facts, states };
  });

/** The `facts` event over (after, through], as the server sends it to this reader. */
export function delivery(
  reader: 'customer' | 'agent',
  facts: readonly Fact[],
  after: number,
  through: number,
): FactsEvent {
  const covered = facts.filter(({ seq }) => seq > after && seq <= through);
  return { conversationId, after, through, facts: visibleTo(reader, covered) };
}
