import { describe, expect, test } from 'vitest';
import type { GuidanceKind } from '../../protocol/guidance.ts';
import type { Command } from '../../server/domain/command.ts';
import { type Conversation, unstarted } from '../../server/domain/conversation.ts';
import { decide } from '../../server/domain/decide.ts';
import type { FoundGuidance } from '../../server/domain/guidance.ts';
import { defaultPolicy } from '../../server/domain/site-policy.ts';
import * as made from './commands.ts';

const found = (kind: GuidanceKind): FoundGuidance => ({
  applied: { id: 'g', version: 2, kind, score: 0.9, threshold: 0.6 },
  text: 'Five days.',
});

/** Plays commands; the guidance is what is found for the last one. */
function factsOf(commands: readonly Command[], guidance: FoundGuidance, isBotInPage = false) {
  let state: Conversation = unstarted;
  for (const [at, command] of commands.entries()) {
    const isLast = at === commands.length - 1;
    const world = {
      now: at,
      partialText: 'so far',
      isLastAgentOnline: false,
      isBotInPage,
      policy: defaultPolicy,
    };
    const decision = decide(state, command, isLast ? { ...world, guidance } : world);
    if (!decision.ok) throw new Error(decision.code);
    if (isLast) return { state: decision.state, facts: decision.facts };
    state = decision.state;
  }
  throw new Error('nothing to play');
}
const typesOf = (...args: Parameters<typeof factsOf>) => factsOf(...args).facts.map(({ type }) => type);

describe('guidance that is found for a question', () => {
  test('is the whole turn, which has ended with the message', () => {
    const { facts, state } = factsOf([made.say], found('answer'));
    expect(facts.map(({ type }) => type)).toEqual([
      'conversation.started',
      'message.sent',
      'answer.started',
      'answer.ended',
    ]);
    expect(facts.at(-1)).toMatchObject({
      text: 'Five days.',
      outcome: 'answered',
      guidance: found('answer').applied,
    });
    expect(state).toMatchObject({ status: 'bot', turn: 1, pending: null });
  });

  test('ends the turn that ran before, and what the bot says to that is refused', () => {
    const { facts, state } = factsOf([made.say, made.say], found('answer'));
    expect(facts.map((fact) => [fact.type, 'outcome' in fact ? fact.outcome : null]).slice(1)).toEqual([
      ['answer.ended', 'stopped'],
      ['answer.started', null],
      ['answer.ended', 'answered'],
    ]);
    const world = {
      now: 9,
      partialText: '',
      isLastAgentOnline: false,
      isBotInPage: false,
      policy: defaultPolicy,
    };
    for (const turn of [1, 2]) {
      expect(decide(state, made.end(turn), world)).toMatchObject({ ok: false, code: 'stale_turn' });
    }
  });

  test.each(['answer', 'hint', 'person'] as const)('%s: says nothing where a person is in', (kind) => {
    expect(typesOf([...made.withAna, made.say], found(kind))).toEqual(['message.sent']);
  });

  test('comes after the wish for a person, and after the honest answer to "are you a bot"', () => {
    const wish = made.customer({ name: 'message:send', text: 'I want to talk to a human' });
    expect(typesOf([wish], found('answer'))).not.toContain('answer.started');
    const doubt = made.customer({ name: 'message:send', text: 'Are you a bot?' });
    expect(typesOf([doubt], found('answer'))).not.toContain('answer.started');
  });

  test('is a hint where a person has been in and handed back', () => {
    const { state } = factsOf([...made.withAna, made.handBack(), made.say], found('answer'));
    expect(state.pending).toMatchObject({ guidance: { kind: 'hint', id: 'g' } });
  });

  test('goes with the bot’s own end of the turn, and with its stop', () => {
    const { facts, state } = factsOf([made.say], found('hint'));
    expect(facts.at(-1)).toMatchObject({ type: 'answer.started', guidance: { kind: 'hint' } });
    expect(facts.at(-1)).not.toHaveProperty('hint');
    const world = {
      now: 9,
      partialText: '',
      isLastAgentOnline: false,
      isBotInPage: false,
      policy: defaultPolicy,
    };
    const ended = decide(state, made.end(1), world);
    expect(ended.ok && ended.facts[0]).toMatchObject({ type: 'answer.ended', guidance: { kind: 'hint' } });
    const stopped = decide(state, made.endByCustomer, world);
    expect(stopped.ok && stopped.facts[0]).toMatchObject({ outcome: 'stopped', guidance: { kind: 'hint' } });
  });

  test('is told to a bot in the page by the facts, hints alone', () => {
    expect(factsOf([made.say], found('hint'), true).facts.at(-1)).toMatchObject({ hint: 'Five days.' });
    expect(JSON.stringify(factsOf([made.say], found('answer'), true).facts[2])).not.toContain('Five days.');
  });

  test('that goes to people asks for one, once', () => {
    const { facts } = factsOf([made.say], found('person'));
    expect(facts.slice(-2)).toMatchObject([
      { type: 'answer.ended', text: 'Five days.' },
      { type: 'handoff.requested', reason: 'guidance', by: { kind: 'system' } },
    ]);
    expect(typesOf([made.ask, made.say], found('person'))).toEqual([
      'message.sent',
      'answer.started',
      'answer.ended',
    ]);
  });
});
