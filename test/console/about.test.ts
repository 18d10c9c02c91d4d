import { expect, test } from 'vitest';
import { applyFacts, emptyTranscript } from '../../browser/transcript.ts';
import { aboutOf } from '../../console/inbox/about.ts';
import { standingOf } from '../../console/inbox/standing.ts';
import { eventWords } from '../../console/shared/TranscriptEvent.tsx';
import type { Fact } from '../../protocol/conversation.ts';

const customer = { kind: 'customer' } as const;
const bot = { kind: 'bot' } as const;
const ana = { id: 'ana', name: 'Ana' };
type Body = Fact extends infer F ? (F extends Fact ? Omit<F, 'seq' | 'at'> : never) : never;

/** The transcript of these facts, one a second. */
function transcriptOf(...bodies: Body[]) {
  const facts = bodies.map((body, index) => ({ ...body, seq: index + 1, at: index * 1_000 }) as Fact);
  const event = { conversationId: 'c', after: 0, through: facts.length, facts };
  const applied = applyFacts(emptyTranscript('c'), event);
  if (applied.kind !== 'applied') throw new Error(applied.kind);
  return applied.transcript;
}
const said = (text: string): Body => ({ type: 'message.sent', by: customer, cid: text, text });
const asked = (turn: number): Body => ({ type: 'answer.started', by: bot, turn, question: turn });
const ended = (turn: number, outcome: 'answered' | 'unknown' | 'failed'): Body => ({
  type: 'answer.ended',
  by: bot,
  turn,
  outcome,
  text: 'x',
  sources: [],
  failure: outcome === 'failed' ? 'timeout' : null,
});
const requested: Body = {
  type: 'handoff.requested',
  by: customer,
  reason: 'customer_asked',
  detail: '',
  priority: 'normal',
  team: null,
};

test('an agent reads why the customer asked, worst reasons named, and what about', () => {
  const transcript = transcriptOf(
    { type: 'conversation.started', by: customer, context: {} },
    said('Where is my top-up?'),
    asked(1),
    ended(1, 'answered'),
    {
      type: 'feedback.given',
      by: customer,
      turn: 1,
      verdict: 'down',
      reasons: ['wrong', 'outdated'],
      comment: '',
    },
    said('Really?'),
    asked(2),
    ended(2, 'failed'),
    asked(3),
    ended(3, 'failed'),
    said('A person, please'),
    asked(4),
    ended(4, 'unknown'),
    requested,
    { type: 'handoff.accepted', by: { kind: 'agent', ...ana }, agent: ana },
    said('Thanks for coming'),
  );
  expect(aboutOf(transcript)).toEqual({
    topic: 'A person, please',
    beganAt: 1_000,
    reasons: [
      'They asked for a person.',
      '1 answer of the bot marked down: wrong, outdated.',
      'The bot failed twice.',
      'The bot did not know once.',
    ],
  });
  expect(standingOf(transcript, 'ana')).toBe('mine');
  expect(standingOf(transcript, 'ben')).toBe('reading');
});

test('the lines between say who did what, in the words of the one who reads', () => {
  const { items } = transcriptOf(
    { ...requested, by: bot, reason: 'bot_asked', detail: 'needs a look at the account' } as Body,
    { type: 'handoff.accepted', by: { kind: 'agent', ...ana }, agent: ana },
    { type: 'handoff.returned', by: { kind: 'agent', ...ana }, agent: ana, decision: 'refunded' },
    { type: 'conversation.resolved', by: customer, outcome: 'solved' },
    { type: 'conversation.rated', by: customer, rating: 4, comment: 'good' },
  );
  const words = (meId: string) =>
    items.map((item, index) => (item.kind === 'event' ? eventWords(item, items[index - 1], meId) : ''));
  expect(words('ana')).toEqual([
    'The bot asked for a person: needs a look at the account',
    'You accepted after 1 s',
    'You handed back to the bot. What was decided: refunded',
    'Resolved by the customer: solved',
    'Rated 4 of 5 · “good”',
  ]);
  expect(words('ben')[1]).toBe('Ana accepted after 1 s');
});
