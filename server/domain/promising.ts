import type { AgentRef } from '../../protocol/message.ts';
import { requestPerson } from './asking.ts';
import type { AgentCommand, World } from './command.ts';
import { type Decision, type Draft, refuse } from './draft.ts';

const system = { kind: 'system' } as const;

/** Open ones in a conversation that agents have made; a customer with more than this has no overview either. */
const mostOpen = 10;
/** Nobody knows what they do on a day that is further away. */
const furthestMs = 90 * 24 * 60 * 60_000;

type CommandOf<N extends AgentCommand['name']> = Extract<AgentCommand, { name: N }>;

export function makePromise(
  d: Draft,
  owner: AgentRef,
  { kind, text, dueAt }: CommandOf<'promise:make'>,
  { now }: World,
): Decision {
  if (dueAt <= now || dueAt > now + furthestMs) return refuse('bad_deadline');
  if (d.state.promises.filter((promise) => promise.owner !== null).length >= mostOpen)
    return refuse('too_many_promises');
  d.add({ type: 'promise.made', kind, text, dueAt, owner });
  return d.done();
}

export function keepPromise(d: Draft, agent: AgentRef, number: number, world: World): Decision {
  const promise = mayEnd(d, agent, number);
  if (typeof promise === 'string') return refuse(promise);
  // What is done late was not kept, whoever is faster: the agent, or the job that says so.
  if (promise.dueAt < world.now) d.add({ type: 'promise.missed', promise: number }, system);
  else d.add({ type: 'promise.kept', promise: number });
  return d.done();
}

export function cancelPromise(
  d: Draft,
  agent: AgentRef,
  { promise: number, why }: CommandOf<'promise:cancel'>,
  world: World,
): Decision {
  const promise = mayEnd(d, agent, number);
  if (typeof promise === 'string') return refuse(promise);
  if (promise.dueAt < world.now) d.add({ type: 'promise.missed', promise: number }, system);
  else d.add({ type: 'promise.cancelled', promise: number, why });
  return d.done();
}

/** Its owner; whoever has the conversation; and anybody, if it is the team's. */
function mayEnd({ state }: Draft, agent: AgentRef, number: number) {
  const promise = state.promises.find((one) => one.promise === number);
  // A wait ends with the waiting.
  if (promise === undefined || promise.kind === 'wait') return 'no_such_promise';
  const isAssigned = state.status === 'human' && state.agent.id === agent.id;
  const isTheirs = promise.owner === null || promise.owner.id === agent.id;
  return isTheirs || isAssigned ? promise : 'not_your_promise';
}

/**
 * Before a person comes or writes, or the asking ends: what is over its time was missed, also where nobody has said so
 * yet. How late the job runs must not decide what was kept.
 */
export function endOverdue(d: Draft, { now }: World) {
  for (const { promise, kind, dueAt } of d.state.promises)
    if ((kind === 'wait' || kind === 'answer') && dueAt < now)
      d.add({ type: 'promise.missed', promise }, system);
}

/** A person has written: that is the answer that was promised. */
export function keepAnswer(d: Draft) {
  for (const { promise, kind } of d.state.promises)
    if (kind === 'answer') d.add({ type: 'promise.kept', promise });
}

/** The customer wants no person any more: the answer that they were promised is void. */
export function endWithAsking(d: Draft) {
  for (const { promise, kind } of d.state.promises)
    if (kind === 'answer')
      d.add({ type: 'promise.cancelled', promise, why: 'The customer wants no answer any more.' });
}

/**
 * The deadline has passed: the customer gets an apology. Whom nobody looks after is brought to a person, before others;
 * who waits or has a person is with people already, and those are told (features/promises).
 */
export function missOverdue(d: Draft, number: number, world: World): Decision {
  const promise = d.state.promises.find((one) => one.promise === number);
  if (promise === undefined) return refuse('no_such_promise');
  if (promise.dueAt >= world.now) return refuse('not_due');
  d.add({ type: 'promise.missed', promise: number });
  if (promise.kind === 'wait') return d.done();
  if (d.state.status === 'resolved') d.add({ type: 'conversation.reopened', to: 'bot' });
  if (d.state.status === 'bot')
    requestPerson(d, { reason: 'promise_missed', detail: promise.text, priority: 'high' }, world);
  return d.done();
}
