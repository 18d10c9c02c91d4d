import type { AgentRef } from '../../protocol/message.ts';
import { answerMessage, askBot, catchRunningPromise, endAnswer, stopAnswer } from './answering.ts';
import { requestPerson } from './asking.ts';
import type { AgentCommand, Command, CustomerCommand, SystemCommand, World } from './command.ts';
import { type Conversation, stickyWindowMs } from './conversation.ts';
import { type Decision, Draft, refuse, startIfNew } from './draft.ts';
import { giveFeedback, rateConversation, rateHandoff, reviewFeedback, shareFeedback } from './judging.ts';
import { filesOf, isFilesAlone } from './message-files.ts';
import {
  cancelPromise,
  endOverdue,
  endWithAsking,
  keepAnswer,
  keepPromise,
  makePromise,
  missOverdue,
} from './promising.ts';

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
      return decideForCustomer(new Draft(state, customer, world.now), input.command, world);
    case 'agent': {
      const by = { kind: 'agent', ...input.agent } as const;
      return decideForAgent(new Draft(state, by, world.now), input.agent, input.command, world);
    }
    case 'server':
      return decideForServer(new Draft(state, system, world.now), input.command, world);
  }
}

function decideForCustomer(d: Draft, command: CustomerCommand, world: World): Decision {
  const { state } = d;
  switch (command.name) {
    case 'message:send': {
      // The bot reads no files, and nobody looks at them for it.
      const isWithPeople = state.status === 'waiting' || state.status === 'human';
      if (command.files !== undefined && !isWithPeople) return refuse('files_need_person');
      const files = filesOf(command, world);
      if (files === null) return refuse('no_such_file');
      startIfNew(d, command.context);
      if (state.status === 'resolved') reopen(d, state.at, world);
      d.add({ type: 'message.sent', cid: command.cid, text: command.text, ...files });
      // Names of files are no question.
      if (!isFilesAlone(command.text, files.files)) answerMessage(d, command.text, world);
      return d.done();
    }
    case 'handoff:request':
      if (state.status === 'waiting') return refuse('already_waiting');
      if (state.status === 'human') return refuse('already_human');
      startIfNew(d, command.context);
      if (state.status === 'resolved') d.add({ type: 'conversation.reopened', to: 'bot' });
      requestPerson(d, { reason: 'customer_asked', detail: '' }, world);
      return d.done();
    case 'transcript:share':
      if (state.status === 'resolved') return refuse('already_resolved');
      startIfNew(d, command.context);
      d.add({ type: 'transcript.shared', lines: command.lines });
      return d.done();
    case 'handoff:cancel':
      if (state.status !== 'waiting') return refuse('not_waiting');
      endOverdue(d, world);
      d.add({ type: 'handoff.cancelled' });
      endWithAsking(d);
      return d.done();
    case 'followup:ask':
      if (state.status !== 'waiting') return refuse('not_waiting');
      d.add({ type: 'followup.asked', email: command.email });
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
      return world.isBotInPage ? endAnswer(d, command, world) : refuse('wrong_bot');
    case 'feedback:give':
      if (!isEnded(state, command.turn)) return refuse('no_such_turn');
      giveFeedback(d, command, world);
      return d.done();
    case 'feedback:share':
      return shareFeedback(d, command, world);
    case 'conversation:rate':
      return rateConversation(d, command, world);
    case 'handoff:rate':
      return rateHandoff(d, command, world);
    case 'conversation:resolve':
      if (state.seq === 0) return refuse('not_found');
      if (state.status === 'resolved') return refuse('already_resolved');
      stopAnswer(d, world);
      endOverdue(d, world);
      d.add({ type: 'conversation.resolved', outcome: command.outcome });
      endWithAsking(d);
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
      endOverdue(d, world);
      d.add({ type: 'handoff.accepted', agent });
      return d.done();
    }
    case 'handoff:decline': {
      if (state.status !== 'waiting') return refuse('not_waiting');
      const isOffered = state.offer?.agent.id === agent.id && state.offer.expiresAt > world.now;
      if (!isOffered) return refuse('not_offered');
      d.add({ type: 'handoff.declined', agent });
      return d.done();
    }
    case 'message:send': {
      if (!isAssigned) return refuse('not_assigned');
      const files = filesOf(command, world);
      if (files === null) return refuse('no_such_file');
      endOverdue(d, world);
      d.add({ type: 'message.sent', cid: command.cid, text: command.text, ...files });
      keepAnswer(d);
      return d.done();
    }
    case 'note:add':
      d.add({ type: 'note.added', text: command.text, ...given('mentions', command.mentions) });
      return d.done();
    case 'handoff:transfer':
      if (!isAssigned) return refuse('not_assigned');
      if (command.note !== undefined) d.add({ type: 'note.added', text: command.note });
      d.add({ type: 'handoff.transferred', from: agent, to: command.to });
      return d.done();
    case 'handoff:take_over': {
      // Two who take over at once: the second is told, instead of taking it from the first.
      const isTheirs = state.status === 'human' && state.agent.id === command.from && !isAssigned;
      if (!isTheirs) return refuse('not_theirs');
      d.add({ type: 'handoff.transferred', from: state.agent, to: { kind: 'agent', agent } });
      return d.done();
    }
    case 'handoff:return':
      if (!isAssigned) return refuse('not_assigned');
      d.add({
        type: 'handoff.returned',
        agent,
        decision: command.decision,
        ...given('cause', command.cause),
      });
      return d.done();
    case 'promise:make':
      return isAssigned ? makePromise(d, agent, command, world) : refuse('not_assigned');
    case 'promise:keep':
      return keepPromise(d, agent, command.promise, world);
    case 'promise:cancel':
      return cancelPromise(d, agent, command, world);
    case 'conversation:resolve':
      if (state.status === 'resolved') return refuse('already_resolved');
      // Whoever sees it may close what nobody has taken yet (spam, answered elsewhere); not a colleague's.
      if (!isAssigned && state.status !== 'waiting') return refuse('not_assigned');
      stopAnswer(d, world);
      endOverdue(d, world);
      d.add({ type: 'conversation.resolved', outcome: command.outcome, ...given('cause', command.cause) });
      return d.done();
    case 'answer:improve':
      if (!isEnded(state, command.turn)) return refuse('no_such_turn');
      d.add({ type: 'answer.improved', turn: command.turn, text: command.text });
      return d.done();
    case 'feedback:review':
      return reviewFeedback(d, command);
  }
}

function decideForServer(d: Draft, command: SystemCommand, world: World): Decision {
  const { state } = d;
  switch (command.name) {
    case 'answer:end':
      return endAnswer(d, command, world);
    case 'bot:say': {
      // One voice: once a person is in, or all is said, no word of the bot is taken, however late it comes.
      if (state.status !== 'bot' && state.status !== 'waiting') return refuse('not_bots_turn');
      if (state.seq === 0) return refuse('not_found');
      if (state.pending === null) askBot(d, state.lastAnswer?.question ?? state.seq, world);
      const said = { outcome: 'answered', failure: null, handoff: null } as const;
      return endAnswer(d, { ...command, ...said, name: 'answer:end', turn: d.state.turn }, world);
    }
    case 'bot:handoff':
      if (state.status === 'waiting') return refuse('already_waiting');
      if (state.status !== 'bot') return refuse('not_bots_turn');
      if (state.seq === 0) return refuse('not_found');
      stopAnswer(d, world);
      requestPerson(d, { reason: 'bot_asked', detail: command.reason }, world, bot);
      return d.done();
    case 'bot:promised':
      return catchRunningPromise(d, command.turn, command.quote, world);
    case 'queue:tell': {
      if (state.status !== 'waiting') return refuse('not_waiting');
      const { name: _name, ...told } = command;
      // Several processes look after one queue.
      if (state.told?.isAnyoneOnline === told.isAnyoneOnline) return refuse('already_told');
      d.add({ type: 'queue.told', ...told });
      return d.done();
    }
    case 'followup:sent': {
      const { followUp } = state;
      // Several processes may have sent it; said once is enough.
      if (followUp === null || command.through <= followUp.through) return refuse('already_told');
      d.add({ type: 'followup.sent', email: followUp.email, through: command.through });
      return d.done();
    }
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
    case 'promise:overdue':
      return missOverdue(d, command.promise, world);
    case 'agent:gone': {
      // Only of the one who is gone: a colleague may have taken over meanwhile.
      if (state.status !== 'human' || state.agent.id !== command.agentId) return refuse('not_assigned');
      const { agent: from, waited, firstReplyAt } = state;
      const to = { kind: 'queue', team: waited?.team ?? null } as const;
      // Answered ones go to the front instead: they had a person, and lost one.
      const place =
        waited === null || firstReplyAt !== null
          ? {}
          : { place: { since: waited.since, priority: waited.priority } };
      d.add({ type: 'handoff.transferred', from, to, ...place });
      return d.done();
    }
  }
}

const isEnded = ({ turn, pending }: Conversation, asked: number) => asked <= turn && asked !== pending?.turn;

/** A field that is left out where nothing was given: facts stay as small as what was said. */
const given = <K extends string, V>(name: K, value: V | undefined) =>
  (value === undefined ? {} : { [name]: value }) as { readonly [key in K]?: V };

function reopen(d: Draft, resolvedAt: number, world: World) {
  const isSticky = world.isLastAgentOnline && world.now - resolvedAt <= stickyWindowMs;
  d.add({ type: 'conversation.reopened', to: isSticky && d.state.lastAgent !== null ? 'agent' : 'bot' });
}
