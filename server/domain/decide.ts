import type { Fact } from '../../protocol/conversation.ts';
import type { RefusalCode } from '../../protocol/errors.ts';
import type { HandoffReason } from '../../protocol/handoff.ts';
import type { AgentRef, CustomerContext } from '../../protocol/message.ts';
import type { AgentCommand, AnswerEnd, Command, CustomerCommand, SystemCommand, World } from './command.ts';
import { type Conversation, stickyWindowMs } from './conversation.ts';
import { evolve } from './evolve.ts';

/** Facts with the state they lead to, or the code of a refusal that changes nothing. */
export type Decision =
  | { readonly ok: true; readonly facts: readonly Fact[]; readonly state: Conversation }
  | { readonly ok: false; readonly code: RefusalCode };

const refuse = (code: RefusalCode): Decision => ({ ok: false, code });

/** A fact without its seq, time and actor, which the draft fills in. */
type Body<F extends Fact = Fact> = F extends Fact ? Omit<F, 'seq' | 'at' | 'by'> : never;

/** Collects the facts of one decision, each with the next seq, and keeps the state they lead to. */
function draft(initial: Conversation, by: Fact['by'], at: number) {
  const facts: Fact[] = [];
  let state = initial;
  return {
    get state() {
      return state;
    },
    add(body: Body, actor: Fact['by'] = by) {
      const fact = { ...body, seq: state.seq + 1, at, by: actor } as Fact;
      facts.push(fact);
      state = evolve(state, fact);
    },
    done: (): Decision => ({ ok: true, facts, state }),
  };
}
type Draft = ReturnType<typeof draft>;

const customer = { kind: 'customer' } as const;
const bot = { kind: 'bot' } as const;
const system = { kind: 'system' } as const;

/**
 * What a command does to a conversation: the whole policy of who may do what, and when.
 * Pure: the same state, command and world always give the same decision.
 */
export function decide(state: Conversation, input: Command, world: World): Decision {
  switch (input.from) {
    case 'customer':
      return decideForCustomer(draft(state, customer, world.now), input.command, world);
    case 'agent': {
      const by = { kind: 'agent', ...input.agent } as const;
      return decideForAgent(draft(state, by, world.now), input.agent, input.command, world);
    }
    case 'server':
      return decideForServer(draft(state, system, world.now), input.command, world);
  }
}

function decideForCustomer(d: Draft, command: CustomerCommand, world: World): Decision {
  const { state } = d;
  switch (command.name) {
    case 'message:send': {
      startIfNew(d, command.context);
      if (state.status === 'resolved') reopen(d, state.at, world);
      d.add({ type: 'message.sent', cid: command.cid, text: command.text });
      // One voice: while a person is in, the bot is not asked.
      if (d.state.status === 'bot' || d.state.status === 'waiting') askBot(d, d.state.seq, world);
      return d.done();
    }
    case 'handoff:request':
      if (state.status === 'waiting') return refuse('already_waiting');
      if (state.status === 'human') return refuse('already_human');
      startIfNew(d, command.context);
      if (state.status === 'resolved') d.add({ type: 'conversation.reopened', to: 'bot' });
      d.add(handoffRequest('customer_asked', ''));
      return d.done();
    case 'handoff:cancel':
      if (state.status !== 'waiting') return refuse('not_waiting');
      d.add({ type: 'handoff.cancelled' });
      return d.done();
    case 'answer:retry': {
      const { lastAnswer: last, pending, status } = state;
      const isRetryable = last?.turn === command.turn && last.outcome === 'failed' && pending === null;
      if (!isRetryable || status === 'human' || status === 'resolved') return refuse('not_retryable');
      askBot(d, last.question, world);
      return d.done();
    }
    case 'answer:end':
      // Otherwise a customer could put words into the company's bot's mouth.
      return world.bot === 'page' ? endAnswer(d, command, world) : refuse('wrong_bot');
    case 'feedback:give': {
      const isEnded = command.turn <= state.turn && command.turn !== state.pending?.turn;
      if (!isEnded) return refuse('no_such_turn');
      const { turn, verdict, reasons, comment } = command;
      d.add({ type: 'feedback.given', turn, verdict, reasons, comment });
      return d.done();
    }
    case 'conversation:rate':
      if (state.lastAgent === null && state.status !== 'resolved') return refuse('rating_too_early');
      d.add({ type: 'conversation.rated', rating: command.rating, comment: command.comment });
      return d.done();
    case 'conversation:resolve':
      if (state.seq === 0) return refuse('not_found');
      if (state.status === 'resolved') return refuse('already_resolved');
      stopAnswer(d, world);
      d.add({ type: 'conversation.resolved', outcome: command.outcome });
      return d.done();
  }
}

function decideForAgent(d: Draft, agent: AgentRef, command: AgentCommand, world: World): Decision {
  const { state } = d;
  // Only a customer starts a conversation: its first fact is always `conversation.started`.
  if (state.seq === 0) return refuse('not_found');
  const isAssigned = state.status === 'human' && state.agent.id === agent.id;
  switch (command.name) {
    case 'handoff:accept': {
      if (state.status !== 'waiting') return refuse('not_waiting');
      const { offer } = state;
      const isOfferedToAnother = offer !== null && offer.agent.id !== agent.id && offer.expiresAt > world.now;
      if (isOfferedToAnother) return refuse('offered_to_another');
      stopAnswer(d, world);
      d.add({ type: 'handoff.accepted', agent });
      return d.done();
    }
    case 'message:send':
      if (!isAssigned) return refuse('not_assigned');
      d.add({ type: 'message.sent', cid: command.cid, text: command.text });
      return d.done();
    case 'note:add':
      d.add({ type: 'note.added', text: command.text });
      return d.done();
    case 'handoff:transfer':
      if (!isAssigned) return refuse('not_assigned');
      d.add({ type: 'handoff.transferred', from: agent, to: command.to });
      return d.done();
    case 'handoff:return':
      if (!isAssigned) return refuse('not_assigned');
      d.add({ type: 'handoff.returned', agent, decision: command.decision });
      return d.done();
    case 'conversation:resolve':
      if (state.status === 'resolved') return refuse('already_resolved');
      // Whoever sees it may close what nobody has taken yet (spam, answered elsewhere); not a colleague's.
      if (!isAssigned && state.status !== 'waiting') return refuse('not_assigned');
      stopAnswer(d, world);
      d.add({ type: 'conversation.resolved', outcome: command.outcome });
      return d.done();
  }
}

function decideForServer(d: Draft, command: SystemCommand, world: World): Decision {
  const { state } = d;
  switch (command.name) {
    case 'answer:end':
      return endAnswer(d, command, world);
    case 'handoff:offer':
      if (state.status !== 'waiting') return refuse('not_waiting');
      if (state.offer !== null && state.offer.expiresAt > world.now) return refuse('offered_to_another');
      if (state.offer !== null) d.add({ type: 'handoff.offer_expired', agent: state.offer.agent });
      d.add({ type: 'handoff.offered', agent: command.agent, expiresAt: command.expiresAt });
      return d.done();
    case 'handoff:expire_offer':
      if (state.status !== 'waiting' || state.offer === null) return refuse('not_waiting');
      if (state.offer.expiresAt > world.now) return refuse('offered_to_another');
      d.add({ type: 'handoff.offer_expired', agent: state.offer.agent });
      return d.done();
  }
}

function startIfNew(d: Draft, context: CustomerContext = {}) {
  if (d.state.seq === 0) d.add({ type: 'conversation.started', context });
}

function reopen(d: Draft, resolvedAt: number, world: World) {
  const isSticky =
    d.state.lastAgent !== null && world.isLastAgentOnline && world.now - resolvedAt <= stickyWindowMs;
  d.add({ type: 'conversation.reopened', to: isSticky ? 'agent' : 'bot' });
}

function askBot(d: Draft, question: number, world: World) {
  stopAnswer(d, world);
  d.add({ type: 'answer.started', turn: d.state.turn + 1, question }, bot);
}

/** Ends a running turn because the customer moved on or a person took over; its words so far are kept. */
function stopAnswer(d: Draft, world: World) {
  const { pending } = d.state;
  if (pending === null) return;
  const { turn } = pending;
  d.add(
    { type: 'answer.ended', turn, outcome: 'stopped', text: world.partialText, sources: [], failure: null },
    bot,
  );
}

/**
 * bot turn 3 asked ------------------------> answer to 3 (refused: stale_turn)
 *        customer writes or a person joins --> turn 3 stopped
 */
function endAnswer(d: Draft, command: AnswerEnd, world: World): Decision {
  if (d.state.pending?.turn !== command.turn) return refuse('stale_turn');
  const { turn, sources } = command;
  // An answer without a word is no answer, unless the bot only wanted to bring in a person.
  const isEmpty = command.outcome === 'answered' && command.text.trim() === '' && command.handoff === null;
  const outcome = isEmpty ? 'failed' : command.outcome;
  const failure = outcome === 'failed' ? (command.failure ?? 'malformed') : null;
  // A failed answer keeps what the customer has read already.
  const text = command.text === '' && outcome === 'failed' ? world.partialText : command.text;
  d.add({ type: 'answer.ended', turn, outcome, text, sources: [...sources], failure }, bot);
  const wantsPerson = command.handoff !== null && d.state.status === 'bot';
  if (wantsPerson) d.add(handoffRequest('bot_asked', command.handoff ?? ''), bot);
  return d.done();
}

const handoffRequest = (reason: HandoffReason, detail: string) =>
  ({ type: 'handoff.requested', reason, detail, priority: 'normal', team: null }) as const;
