import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type AnswerItem,
  applyChunk,
  applyFacts,
  emptyTranscript,
  type Transcript,
  type TranscriptItem,
} from '../../browser/transcript.ts';
import { Fact, type FactOf } from '../../protocol/conversation.ts';
import type { FactsEvent } from '../../protocol/events.ts';
import { decide } from '../../server/domain/decide.ts';
import { defaultPolicy } from '../../server/domain/site-policy.ts';
import { conversationId, delivery, type Walk, walk } from './random-walk.ts';

const empty = () => emptyTranscript(conversationId);

/** What is shown is never changed in place: a screen compares by identity. */
function frozen(transcript: Transcript): Transcript {
  for (const item of transcript.items) Object.freeze(item);
  Object.freeze(transcript.items);
  return Object.freeze(transcript);
}

function applied(transcript: Transcript, event: FactsEvent): Transcript {
  const result = applyFacts(frozen(transcript), event);
  if (result.kind !== 'applied') throw new Error(`not applied: ${result.kind}`);
  return result.transcript;
}

const inOneDelivery = ({ facts }: Walk, reader: 'customer' | 'agent', through = facts.length) =>
  through === 0 ? empty() : applied(empty(), delivery(reader, facts, 0, through));

const reader = fc.constantFrom('customer' as const, 'agent' as const);

const seen = new Set<string>();

/** Runs the property on many walks. */
function onWalks(
  check: (walk: Walk, reader: 'customer' | 'agent', data: fc.GeneratorValue) => void,
  runs = 300,
) {
  void fc.assert(
    fc.property(walk, reader, fc.gen(), (one, who, data) => {
      for (const { type } of one.facts) seen.add(type);
      check(one, who, data);
    }),
    { numRuns: runs },
  );
}

/** A line that customers do not get. */
const isAmongAgents = (item: TranscriptItem): boolean =>
  item.kind === 'note' ||
  (item.kind === 'event' && ['handoff.declined', 'handoff.raised'].includes(item.fact.type));

/** The item as customers see it: without what agents said of it, and why somebody goes first. */
const asCustomersSee = (item: TranscriptItem): TranscriptItem => {
  if (item.kind === 'event' && item.fact.type === 'handoff.requested' && item.fact.because !== undefined) {
    const { because: _because, ...fact } = item.fact;
    return { ...item, fact: { ...fact, priority: 'normal' } };
  }
  if (item.kind === 'event' && item.fact.type === 'feedback.reviewed')
    return { ...item, fact: bySystem(item.fact) };
  if (item.kind !== 'answer') return item;
  const { better: _better, review, ...answer } = item;
  return review === undefined ? answer : { ...answer, review: bySystem(review) };
};
const bySystem = (fact: FactOf<'feedback.reviewed'>) => ({ ...fact, by: { kind: 'system' } as const });

describe('the transcript', () => {
  test('is the same whether facts come at once or split, repeated, overlapping and out of order', () => {
    onWalks((one, who, data) => {
      const last = one.facts.length;
      let transcript = empty();
      for (let count = data(fc.nat, { max: 30 }); count > 0; count -= 1) {
        const after = data(fc.integer, { min: 0, max: last });
        const through = data(fc.integer, { min: after, max: last });
        const result = applyFacts(frozen(transcript), delivery(who, one.facts, after, through));
        if (through <= transcript.seq) expect(result).toEqual({ kind: 'ignored' });
        else if (after > transcript.seq) expect(result).toEqual({ kind: 'gap', after: transcript.seq });
        else expect(result.kind).toBe('applied');
        if (result.kind === 'applied') transcript = result.transcript;
        // A gap is pulled, sometimes.
        if (result.kind === 'gap' && data(fc.boolean))
          transcript = applied(transcript, delivery(who, one.facts, result.after, through));
      }
      if (transcript.seq < last)
        transcript = applied(transcript, delivery(who, one.facts, transcript.seq, last));
      expect(transcript).toEqual(inOneDelivery(one, who));
    });
  });

  test('agrees with the domain at every seq', () => {
    onWalks(({ facts, states }, who) => {
      let transcript = empty();
      for (const [seq, state] of states.entries()) {
        if (seq > 0) transcript = applied(transcript, delivery(who, facts, seq - 1, seq));
        const command = { name: 'conversation:rate', cid: 'any', rating: 5, comment: '' } as const;
        const site = { isBotInPage: false, policy: defaultPolicy };
        const world = { now: 0, partialText: '', isLastAgentOnline: false, ...site };
        const mayRate = decide(state, { from: 'customer', command }, world).ok;
        expect(transcript).toMatchObject({
          seq,
          status: state.status,
          agent: state.status === 'human' ? state.agent : null,
          joinedAt: state.status === 'human' ? state.since : null,
          waitingSince: state.status === 'waiting' ? state.since : null,
          reason: state.status === 'waiting' ? state.reason : null,
          told:
            state.status === 'waiting' && state.told !== null ? expect.objectContaining(state.told) : null,
          lastAgent: state.lastAgent,
          pendingTurn: state.pending?.turn ?? null,
          canRate: mayRate && state.status !== 'human',
        });
        expect(transcript.rating?.rating ?? null).toBe(state.rating);
      }
    }, 300);
  });

  test('shows every message and answer once, with the last word on each', () => {
    onWalks((one, who) => {
      const items = inOneDelivery(one, who).items.map(asCustomersSee);
      expect(items.map(({ seq }) => seq)).toEqual(items.map(({ seq }) => seq).sort((a, b) => a - b));
      const sent = one.facts.filter((fact) => fact.type === 'message.sent');
      expect(items.filter(({ kind }) => kind === 'message')).toEqual(
        sent.map(({ seq, at, by, text, cid }) => ({ kind: 'message', seq, at, by, text, cid })),
      );
      const started = one.facts.filter((fact) => fact.type === 'answer.started');
      const answers = items.filter((item) => item.kind === 'answer');
      expect(answers.map(({ review: _review, ...answer }) => answer)).toEqual(
        started.map(({ seq, at, turn, question }) => {
          const end = one.facts.find((fact) => fact.type === 'answer.ended' && fact.turn === turn);
          const word = one.facts.findLast((fact) => fact.type === 'feedback.given' && fact.turn === turn);
          const { outcome, text, sources, failure } =
            end?.type === 'answer.ended' ? end : { outcome: 'pending', text: '', sources: [], failure: null };
          const [replies, judged] =
            end?.type === 'answer.ended' ? [end.replies ?? [], end.judged] : [[], undefined];
          const isGiven = word?.type === 'feedback.given' && word.verdict !== 'none';
          const feedback = isGiven
            ? { verdict: word.verdict, reasons: word.reasons, comment: word.comment }
            : null;
          return {
            type: 'answer.started',
            by: { kind: 'bot' },
            kind: 'answer',
            seq,
            at,
            turn,
            question,
            state: outcome,
            text,
            sources,
            failure,
            replies,
            judged,
            feedback,
          };
        }),
      );
    }, 300);
  });

  test('covers a note for the customer without a trace, and shows it to agents', () => {
    onWalks((one) => {
      const forCustomer = inOneDelivery(one, 'customer');
      const forAgent = inOneDelivery(one, 'agent');
      expect(JSON.stringify(forCustomer)).not.toContain('secret');
      const notes = forAgent.items.filter(({ kind }) => kind === 'note');
      expect(notes.length).toBe(one.facts.filter(({ type }) => type === 'note.added').length);
      for (const item of forAgent.items) {
        if (item.kind !== 'answer') continue;
        const said = one.facts.findLast((fact) => fact.type === 'answer.improved' && fact.turn === item.turn);
        expect(item.better, 'the latest better answer, on its turn').toEqual(said);
      }
      expect(forCustomer).toEqual({
        ...forAgent,
        items: forAgent.items.filter((item) => !isAmongAgents(item)).map(asCustomersSee),
      });
    }, 300);
  });

  test('keeps untouched items the same objects', () => {
    onWalks((one, who) => {
      let before = empty();
      for (const { seq } of one.facts) {
        const after = applied(before, delivery(who, one.facts, seq - 1, seq));
        const changed = before.items.filter((item, at) => after.items[at] !== item);
        expect(changed.length).toBeLessThanOrEqual(1);
        expect(changed.every(({ kind }) => kind === 'answer')).toBe(true);
        before = after;
      }
    }, 100);
  });

  test('ignores the facts of another conversation', () => {
    const event = { conversationId: 'another', after: 0, through: 1, facts: [] };
    expect(applyFacts(empty(), event)).toEqual({ kind: 'ignored' });
  });
});

describe('the chunks of a running answer', () => {
  const customer = { kind: 'customer' } as const;
  const bot = { kind: 'bot' } as const;
  const asked = applied(empty(), {
    conversationId,
    after: 0,
    through: 3,
    facts: [
      { type: 'conversation.started', seq: 1, at: 1, by: customer, context: { language: 'de' } },
      { type: 'message.sent', seq: 2, at: 2, by: customer, cid: 'c', text: 'Where is my card?' },
      { type: 'answer.started', seq: 3, at: 3, by: bot, turn: 1, question: 2 },
    ],
  });
  const answerOf = (transcript: Transcript) =>
    transcript.items.find((item): item is AnswerItem => item.kind === 'answer');
  const chunk = (offset: number, text: string, turn = 1) => ({ conversationId, turn, offset, text });
  const whole = 'It is on its way \u{1f4b3} and comes tomorrow.';

  test('add up to the answer in any order, repeated and overlapping, as far as there is no hole', () => {
    const pieces = fc.array(fc.tuple(fc.nat(whole.length), fc.nat(10)), { maxLength: 40 });
    void fc.assert(
      fc.property(pieces, (cuts) => {
        let transcript = asked;
        for (const [offset, length] of cuts) {
          const known = answerOf(transcript)?.text.length ?? 0;
          const before = frozen(transcript);
          transcript = applyChunk(before, chunk(offset, whole.slice(offset, offset + length)));
          const end = Math.min(offset + length, whole.length);
          const reached = offset <= known ? Math.max(known, end) : known;
          expect(answerOf(transcript)?.text).toBe(whole.slice(0, reached));
          // Nothing new, nothing to draw.
          if (reached === known) expect(transcript).toBe(before);
          expect(transcript.items[0]).toBe(asked.items[0]);
        }
        for (let at = 0; at < whole.length; at += 5)
          transcript = applyChunk(transcript, chunk(at, whole.slice(at, at + 5)));
        expect(answerOf(transcript)).toMatchObject({ text: whole, state: 'pending' });
      }),
    );
  });

  test('give way to the whole, after which no chunk changes anything', () => {
    const streaming = applyChunk(asked, chunk(0, 'It is on'));
    const fact = { type: 'answer.ended', seq: 4, at: 4, by: bot, turn: 1, outcome: 'answered' } as const;
    const facts = [{ ...fact, text: whole, sources: [], failure: null }];
    const ended = applied(streaming, { conversationId, after: 3, through: 4, facts });
    expect(answerOf(ended)).toMatchObject({ state: 'answered', text: whole });
    expect(ended.pendingTurn).toBeNull();
    expect(applyChunk(ended, chunk(whole.length, ' More.'))).toBe(ended);
  });

  test('of another turn or conversation change nothing', () => {
    expect(applyChunk(asked, chunk(0, 'x', 2))).toBe(asked);
    expect(applyChunk(asked, { ...chunk(0, 'x'), conversationId: 'another' })).toBe(asked);
    expect(applyChunk(empty(), chunk(0, 'x')).items).toEqual([]);
  });
});

test('the walks went everywhere: otherwise the above has shown little', () => {
  expect([...seen].sort()).toEqual(Fact.anyOf.map(({ properties }) => properties.type.const).sort());
});
