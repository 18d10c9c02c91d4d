import type { Fact } from '../../protocol/conversation.ts';
import { findPromise } from '../../server/domain/policy/promises.ts';

/** Longest silence after a person was asked for, ms. */
const silentMs = 5_000;

/** Facts that tell the customer where the wish for a person stands. */
const statuses = new Set<Fact['type']>([
  'queue.told',
  'handoff.accepted',
  'handoff.cancelled',
  'handoff.transferred',
  'conversation.resolved',
]);

/**
 * What no conversation may ever hold, whatever happened in it: silence after somebody asked for a person, a bot that
 * speaks over one, a promise that nobody made true or took back. Every test server's facts go through it as it closes.
 * @param facts of one conversation, in order
 * @param now when they were read, epoch ms: what was asked a moment ago may still be answered
 * @returns what is wrong, in words; empty if all is well
 */
export function lintFacts(facts: readonly Fact[], now: number): string[] {
  return [...silences(facts, now), ...secondVoices(facts), ...falsePromises(facts)];
}

/** Never silent: within five seconds of asking there is a status, until somebody comes or the wish is gone. */
function silences(facts: readonly Fact[], now: number): string[] {
  return facts.flatMap((fact, index) => {
    const isAsked =
      fact.type === 'handoff.requested' || (fact.type === 'handoff.transferred' && fact.to.kind === 'queue');
    if (!isAsked) return [];
    const told = facts.slice(index + 1).find(({ type }) => statuses.has(type));
    const silence = (told?.at ?? now) - fact.at;
    return silence <= silentMs ? [] : [`seq ${fact.seq}: ${fact.type}, then silence for ${silence} ms`];
  });
}

/** One voice: between a person's coming and going, and after the end, the bot says nothing. */
function secondVoices(facts: readonly Fact[]): string[] {
  let isOthersTurn = false;
  return facts.flatMap((fact) => {
    if (fact.type === 'handoff.accepted' || fact.type === 'conversation.resolved') isOthersTurn = true;
    if (fact.type === 'handoff.returned') isOthersTurn = false;
    if (fact.type === 'handoff.transferred') isOthersTurn = fact.to.kind === 'agent';
    if (fact.type === 'conversation.reopened') isOthersTurn = fact.to === 'agent';
    return isOthersTurn && fact.by.kind === 'bot' ? [`seq ${fact.seq}: ${fact.type} by the bot`] : [];
  });
}

/** What makes a promise true, or takes it back. */
const promiseEnds = new Set<Fact['type'] | undefined>(['handoff.requested', 'answer.corrected']);

/**
 * Never a false promise: a turn that promises somebody is followed at once by the asking, or by the correction, if that
 * has not come while it ran. Never twice in a turn.
 */
function falsePromises(facts: readonly Fact[]): string[] {
  let isWithPeople = false;
  let running: number | null = null;
  const caught = new Set<number>();
  return facts.flatMap((fact, index) => {
    if (fact.type === 'answer.started') running = fact.turn;
    if (fact.type === 'handoff.requested' || fact.type === 'handoff.transferred') isWithPeople = true;
    if (fact.type === 'conversation.reopened') isWithPeople = fact.to === 'agent';
    if (fact.type === 'handoff.cancelled' || fact.type === 'handoff.returned') isWithPeople = false;
    if (fact.type === 'conversation.resolved') isWithPeople = false;
    const isCatch = fact.type === 'handoff.requested' && fact.reason === 'bot_promised';
    if (isCatch || fact.type === 'answer.corrected') {
      const turn = fact.type === 'answer.corrected' ? fact.turn : running;
      if (turn === null) return [];
      if (caught.has(turn)) return [`seq ${fact.seq}: the promise of turn ${turn} is caught again`];
      caught.add(turn);
    }
    if (fact.type !== 'answer.ended' || isWithPeople || caught.has(fact.turn)) return [];
    const promise = findPromise(fact.text);
    if (promise === null) return [];
    const next = facts[index + 1]?.type;
    // With the end comes what is said of promises whose time is over.
    const end = facts.slice(index + 1).find(({ type }) => type !== 'promise.missed')?.type;
    const isOver = fact.outcome === 'stopped' && end === 'conversation.resolved';
    return promiseEnds.has(next) || isOver
      ? []
      : [`seq ${fact.seq}: "${promise.quote}" is promised to nobody's knowledge`];
  });
}
