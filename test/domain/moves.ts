import fc from 'fast-check';
import type { CustomerTraits } from '../../protocol/customer.ts';
import type {
  AgentCommand,
  Command,
  CustomerCommand,
  SystemCommand,
  World,
} from '../../server/domain/command.ts';
import type { Conversation } from '../../server/domain/conversation.ts';
import { noHours } from '../../server/domain/hours.ts';
import { defaultPolicy } from '../../server/domain/site-policy.ts';
import { agent, agents, cid, comment, promise, text } from './arbitraries.ts';
import { handoffRated, reviewed } from './reviews.ts';

/** A command before the state is known in which it will be given. */
type Move = (state: Conversation, now: number) => Command;

/** One step of a story: who does what, how long after the step before, in which world. */
export interface Step {
  readonly move: Move;
  readonly afterMs: number;
  readonly partialText: string;
  readonly isLastAgentOnline: boolean;
}

/** Most turns named are the one that matters now; some are older, some have never been. */
const turnBeside = fc.oneof(
  { weight: 6, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.constantFrom(-1, 1) },
);
const turnOf = (state: Conversation, beside: number) =>
  Math.max(1, (state.pending?.turn ?? state.turn) + beside);

const customer = (command: CustomerCommand): Command => ({ from: 'customer', command });
const server = (command: SystemCommand): Command => ({ from: 'server', command });

/** Mostly the person who is in the conversation, or to whom it is offered, so that deep states are reached. */
const byAgent = (command: fc.Arbitrary<AgentCommand>): fc.Arbitrary<Move> =>
  fc.record({ command, other: agent, isOther: fc.nat(4) }).map(({ command, other, isOther }) => (state) => {
    const offered = state.status === 'waiting' ? state.offer?.agent : undefined;
    const fitting = state.status === 'human' ? state.agent : offered;
    return { from: 'agent', agent: isOther === 0 ? other : (fitting ?? other), command };
  });

const source = fc.record({
  title: fc.string({ minLength: 1, maxLength: 20 }),
  url: fc.constantFrom('https://help.example/a', 'javascript:alert(1)'),
});

const answerEnd = fc
  .record({
    beside: turnBeside,
    outcome: fc.constantFrom('answered', 'unknown', 'failed'),
    text: fc.oneof(fc.constant(''), fc.constant('  '), text, text, fc.constant(promise)),
    sources: fc.array(source, { maxLength: 2 }),
    failure: fc.constantFrom(null, 'timeout', 'malformed'),
    handoff: fc.option(comment, { freq: 4 }),
    isFromPage: fc.boolean(),
  })
  .map(
    ({ beside, isFromPage, ...end }): Move =>
      (state) => {
        const command = { name: 'answer:end', turn: turnOf(state, beside), ...end } as const;
        return isFromPage ? customer({ cid, ...command }) : server(command);
      },
  );

const sharedLine = fc.record({ author: fc.constantFrom('customer', 'bot'), text });
const shared: fc.Arbitrary<Move> = fc
  .array(sharedLine, { minLength: 1, maxLength: 12 })
  .map((lines) => () => customer({ name: 'transcript:share', cid, lines }));
const judged: fc.Arbitrary<Move> = fc
  .record({ question: text, answer: text, verdict: fc.constantFrom('up', 'down'), comment })
  .map((given) => () => customer({ name: 'feedback:share', cid, reasons: [], ...given }));

const customerMoves: fc.WeightedArbitrary<Move>[] = [
  { weight: 6, arbitrary: text.map((text) => () => customer({ name: 'message:send', cid, text })) },
  { weight: 5, arbitrary: fc.constant(() => customer({ name: 'handoff:request', cid })) },
  { weight: 1, arbitrary: shared },
  { weight: 1, arbitrary: judged },
  { weight: 1, arbitrary: fc.constant(() => customer({ name: 'handoff:cancel', cid })) },
  {
    weight: 1,
    arbitrary: fc.constant(() => customer({ name: 'followup:ask', cid, email: 'kim@example.com' })),
  },
  {
    weight: 2,
    arbitrary: turnBeside.map(
      (beside) => (state) => customer({ name: 'answer:retry', cid, turn: turnOf(state, beside) }),
    ),
  },
  {
    weight: 2,
    arbitrary: fc
      .record({ beside: turnBeside, verdict: fc.constantFrom('up', 'down', 'none'), comment })
      .map(({ beside, ...given }) => (state) => {
        const turn = turnOf(state, beside);
        return customer({ name: 'feedback:give', cid, turn, reasons: [], ...given });
      }),
  },
  { weight: 1, arbitrary: handoffRated },
  {
    weight: 1,
    arbitrary: fc
      .record({ rating: fc.integer({ min: 1, max: 5 }), comment })
      .map((given) => () => customer({ name: 'conversation:rate', cid, ...given })),
  },
  {
    weight: 1,
    arbitrary: fc.constant(() => customer({ name: 'conversation:resolve', cid, outcome: 'solved' })),
  },
];

const transferTarget = fc.oneof(
  agent.map((agent) => ({ kind: 'agent', agent }) as const),
  fc.option(fc.constant('cards')).map((team) => ({ kind: 'queue', team }) as const),
);

const agentMoves: fc.WeightedArbitrary<Move>[] = [
  { weight: 5, arbitrary: byAgent(fc.constant({ name: 'handoff:accept', cid })) },
  { weight: 5, arbitrary: byAgent(fc.constant({ name: 'handoff:decline', cid })) },
  { weight: 4, arbitrary: byAgent(text.map((text) => ({ name: 'message:send', cid, text }))) },
  { weight: 1, arbitrary: byAgent(text.map((text) => ({ name: 'note:add', cid, text }))) },
  {
    weight: 1,
    arbitrary: fc
      .record({ turn: fc.integer({ min: 1, max: 3 }), text, agent })
      .map(({ agent, ...said }) => () => ({
        from: 'agent',
        agent,
        command: { name: 'answer:improve', cid, ...said },
      })),
  },
  { weight: 2, arbitrary: reviewed },
  {
    weight: 1,
    arbitrary: fc.record({ agent, from: agent }).map(({ agent, from }) => () => ({
      from: 'agent',
      agent,
      command: { name: 'handoff:take_over', cid, from: from.id },
    })),
  },
  {
    weight: 2,
    arbitrary: byAgent(
      fc.record({ to: transferTarget, note: fc.option(text, { nil: undefined }) }).map(({ to, note }) => ({
        name: 'handoff:transfer',
        cid,
        to,
        ...(note === undefined ? {} : { note }),
      })),
    ),
  },
  { weight: 2, arbitrary: byAgent(comment.map((decision) => ({ name: 'handoff:return', cid, decision }))) },
  {
    weight: 1,
    arbitrary: byAgent(
      fc
        .constantFrom({}, { cause: 'tone' } as const)
        .map((more) => ({ name: 'conversation:resolve', cid, outcome: 'unsolved', ...more })),
    ),
  },
];

/** Mostly one that is open: of its owner or another agent, in time or late. */
const endsPromise = (command: (promise: number) => AgentCommand): fc.Arbitrary<Move> =>
  fc.record({ at: fc.nat(3), other: agent }).map(({ at, other }) => ({ promises }) => {
    const one = promises[at % Math.max(1, promises.length)];
    return {
      from: 'agent',
      agent: at === 0 ? other : (one?.owner ?? other),
      command: command(one?.promise ?? 1),
    };
  });
const promised: fc.Arbitrary<Move> = fc
  .record({
    text,
    kind: fc.constantFrom('follow_up', 'call_back'),
    inMs: fc.constantFrom(-1, 1, 61_000, 20 * 60_000, 91 * 86_400_000),
    other: agent,
  })
  .map(({ text, kind, inMs, other }) => (state, now) => {
    const by = state.status === 'human' ? state.agent : other;
    return {
      from: 'agent',
      agent: by,
      command: { name: 'promise:make', cid, kind, text, dueAt: now + inMs },
    };
  });
const promiseMoves: fc.WeightedArbitrary<Move>[] = [
  { weight: 4, arbitrary: promised },
  { weight: 2, arbitrary: endsPromise((promise) => ({ name: 'promise:keep', cid, promise })) },
  {
    weight: 1,
    arbitrary: endsPromise((promise) => ({ name: 'promise:cancel', cid, promise, why: 'moved' })),
  },
  {
    weight: 2,
    // Somebody who is not in it, and to whom it does not belong.
    arbitrary: fc.constant(({ promises }: Conversation): Command => {
      const [one] = promises.filter(({ owner }) => owner !== null);
      const other = agents.find(({ id }) => id !== one?.owner?.id) ?? agents[0];
      return {
        from: 'agent',
        agent: other,
        command: { name: 'promise:keep', cid, promise: one?.promise ?? 1 },
      };
    }),
  },
  {
    weight: 3,
    arbitrary: fc.nat(3).map((at) => ({ promises }) => {
      const one = promises[at % Math.max(1, promises.length)];
      return server({ name: 'promise:overdue', promise: one?.promise ?? 1 });
    }),
  },
];

const serverMoves: fc.WeightedArbitrary<Move>[] = [
  { weight: 6, arbitrary: answerEnd },
  {
    weight: 5,
    arbitrary: agent.map(
      (agent) => (_state, now) => server({ name: 'handoff:offer', agent, expiresAt: now + 60_000 }),
    ),
  },
  { weight: 1, arbitrary: fc.constant(() => server({ name: 'handoff:expire_offer' })) },
  {
    weight: 1,
    arbitrary: agent.map(
      ({ id }) =>
        () =>
          server({ name: 'agent:gone', agentId: id }),
    ),
  },
  {
    weight: 2,
    arbitrary: fc
      .oneof(text, fc.constant(promise))
      .map((text) => () => server({ name: 'bot:say', text, sources: [], replies: [] })),
  },
  { weight: 1, arbitrary: comment.map((reason) => () => server({ name: 'bot:handoff', reason })) },
  {
    weight: 3,
    arbitrary: turnBeside.map(
      (beside) => (state) => server({ name: 'bot:promised', turn: turnOf(state, beside), quote: promise }),
    ),
  },
  { weight: 5, arbitrary: fc.constant(({ seq }) => server({ name: 'followup:sent', through: seq })) },
  {
    weight: 2,
    arbitrary: fc
      .record({
        place: fc.integer({ min: 1, max: 9 }),
        isAnyoneOnline: fc.boolean(),
        wait: fc.constantFrom(null, { fromMs: 0, toMs: 60_000 }),
      })
      .map((told) => () => server({ name: 'queue:tell', ...told })),
  },
];

const step: fc.Arbitrary<Step> = fc.record({
  move: fc.oneof(...customerMoves, ...agentMoves, ...promiseMoves, ...serverMoves),
  // Nodes' clocks differ a little; customers come back after a quarter of an hour and more.
  afterMs: fc.constantFrom(0, 1, 2_000, 30_000, 61_000, 16 * 60_000, -500),
  partialText: fc.constantFrom('', 'so far', `So far. ${promise} And`),
  isLastAgentOnline: fc.boolean(),
});

/** What a site decides: the same for the whole story. */
export type Site = Pick<World, 'isBotInPage' | 'policy' | 'answers' | 'traits'>;

/** Stories begin at 8:00. */
const closedAtFirst = {
  zone: 'UTC',
  week: ([1, 2, 3, 4, 5, 6, 7] as const).map((day) => ({ day, from: '09:00', to: '17:00' })),
  holidays: [],
};

/** A whole story of one conversation. */
export const story: fc.Arbitrary<{ steps: Step[]; site: Site }> = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 60, size: 'max' }),
  site: fc.record({
    isBotInPage: fc.boolean(),
    answers: fc.record({
      hours: fc.constantFrom(noHours, { everyone: closedAtFirst, teams: {} }),
      withinMs: fc.constantFrom(60_000, 60 * 60_000),
    }),
    traits: fc.constantFrom<CustomerTraits[]>({}, { plan: 'enterprise' }),
    policy: fc.record({
      thresholds: fc.constant(defaultPolicy.thresholds),
      isBotAskedWhileWaiting: fc.boolean(),
      promises: fc.constantFrom('keep', 'correct'),
      topics: fc.constantFrom([], [{ team: 'cards', words: ['card'] }]),
      first: fc.constantFrom([], [{ trait: 'plan', value: 'enterprise' }]),
    }),
  }),
});
