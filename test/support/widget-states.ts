import { uuidv7 } from '../../browser/ids.ts';
import { applyFacts, emptyTranscript, type Transcript } from '../../browser/transcript.ts';
import type { Fact } from '../../protocol/conversation.ts';
import type { SuggestionReason } from '../../protocol/handoff.ts';
import { type FakeState, outboxItem } from './fake-chat.ts';

type Said = Fact extends infer F
  ? F extends Fact
    ? Omit<F, 'seq' | 'at' | 'by'> & { by?: Fact['by'] }
    : never
  : never;

const ana = { id: 'agent-ana', name: 'Ana' };
const byAna = { kind: 'agent', ...ana } as const;
const bot = { kind: 'bot' } as const;

/** The transcript of these facts, half a minute apart, the last of them just now. */
export function transcriptOf(said: readonly Said[]): Transcript {
  const conversationId = uuidv7();
  const startedAt = Date.now() - said.length * 30_000;
  const facts = said.map((fact, index) => ({
    by: { kind: 'customer' } as const,
    ...fact,
    seq: index + 1,
    at: startedAt + index * 30_000,
  })) as Fact[];
  const applied = applyFacts(emptyTranscript(conversationId), {
    conversationId,
    after: 0,
    through: facts.length,
    facts,
  });
  if (applied.kind !== 'applied') throw new Error('the facts do not fit');
  return applied.transcript;
}

const says = (text: string, by: Fact['by'] = { kind: 'customer' }): Said => ({
  type: 'message.sent',
  cid: uuidv7(),
  text,
  by,
});
const starts = (turn: number): Said => ({ type: 'answer.started', turn, question: 1, by: bot });
const answers = (
  turn: number,
  text: string,
  more: Partial<Extract<Fact, { type: 'answer.ended' }>> = {},
): Said => ({
  type: 'answer.ended',
  turn,
  outcome: 'answered',
  text,
  sources: [],
  failure: null,
  by: bot,
  ...more,
});
const requested: Said = {
  type: 'handoff.requested',
  reason: 'customer_asked',
  detail: '',
  priority: 'normal',
  team: null,
};
const accepted: Said = { type: 'handoff.accepted', agent: ana, by: byAna };
const returned: Said = {
  type: 'handoff.returned',
  agent: ana,
  decision: 'the fee is refunded within 5 days',
  by: byAna,
};

const told: Said = {
  type: 'queue.told',
  place: 2,
  isAnyoneOnline: true,
  wait: { fromMs: 4 * 60_000, toMs: 8 * 60_000 },
  by: { kind: 'system' },
};
const suggested = (reason: SuggestionReason): Said => ({
  type: 'handoff.suggested',
  reason,
  evidence: '',
  by: { kind: 'system' },
});

const fees = [
  says('Why was I charged a fee for a transfer to Poland?'),
  starts(1),
  answers(
    1,
    'Transfers in **złoty** are free up to €1,000 a month, then 0.5 %. To see what is left this month:\n\n1. Open **Transfers**\n2. Tap **Limits**\n\nWhat you sent before the 1st does not count.',
    { sources: [{ title: 'Fees and limits', url: 'https://help.northcard.example/fees' }] },
  ),
];
const doubt = says("That isn't right, I only sent €200 this month");
const sorry = answers(2, "I may have this wrong, and I can't see your account.");
const withAna = [
  ...fees,
  doubt,
  starts(2),
  sorry,
  requested,
  accepted,
  says(
    "Hi! I can see the fee of €1.00 on your transfer from Monday, and you're right: you had €800 of free transfers left. I'm giving it back now.",
    byAna,
  ),
  says('Thank you, that was quick'),
  says(
    "Done: €1.00 is back by Friday. I've also told the team that our assistant's answer was wrong.",
    byAna,
  ),
];
const waiting = [
  ...fees,
  doubt,
  starts(2),
  sorry,
  requested,
  says('Meanwhile: where do I find the receipt?'),
];
const place = (isAnyoneOnline: boolean, position = 3) => ({
  conversationId: 'fake',
  place: position,
  isAnyoneOnline,
  wait: isAnyoneOnline ? { fromMs: 4 * 60_000, toMs: 8 * 60_000 } : null,
});
const streamed = (text: string): Transcript => {
  const transcript = transcriptOf([...fees, says('How do I change my PIN?'), starts(2)]);
  const items = transcript.items.map((item) =>
    item.kind === 'answer' && item.turn === 2 ? { ...item, text } : item,
  );
  return { ...transcript, items };
};

export interface WidgetState extends FakeState {
  readonly isClosed?: boolean;
  readonly page?: 'about';
  /** Pressed once the state is shown, by accessible name. */
  readonly press?: string;
  /** What the way to a person says, if not "Talk to a human". */
  readonly human?: string;
}

/** Every state of the widget that a customer can come to see. */
export const widgetStates = {
  closed: { isClosed: true },
  'closed-waiting': {
    human: 'In line · 2nd',
    isClosed: true,
    transcript: transcriptOf(waiting),
    place: place(true, 2),
  },
  'closed-unread': { human: 'Ana · Support', isClosed: true, transcript: transcriptOf(withAna), unread: 2 },
  'first-sight': {},
  thinking: { transcript: streamed('') },
  streaming: {
    transcript: streamed('You change it in the app:\n\n- Open **Card**\n- Tap **Security**, then **Change P'),
  },
  answered: { transcript: transcriptOf(fees) },
  'feedback-form': { transcript: transcriptOf(fees), press: 'Bad answer' },
  'thumbs-up': { transcript: transcriptOf(fees), press: 'Good answer' },
  failed: {
    transcript: transcriptOf([
      says('Where is my top-up?'),
      starts(1),
      answers(1, '', { outcome: 'failed', failure: 'timeout' }),
    ]),
  },
  unknown: {
    transcript: transcriptOf([
      says('Can I pay my rent in sheep?'),
      starts(1),
      answers(1, 'I found nothing on that in our help.', { outcome: 'unknown' }),
    ]),
  },
  asked: {
    human: 'Asking our team…',
    transcript: transcriptOf([...fees, doubt, starts(2), sorry]),
    outbox: [outboxItem('handoff:request', {})],
  },
  waiting: { human: '3rd in line', transcript: transcriptOf(waiting), place: place(true) },
  'nobody-here': { human: 'In line', transcript: transcriptOf(waiting.slice(0, -1)), place: place(false) },
  'waiting-told': {
    human: '2nd in line',
    transcript: transcriptOf([
      ...waiting.slice(0, -1),
      told,
      { type: 'followup.asked', email: 'kim@example.com', by: { kind: 'customer' } },
    ]),
  },
  'waiting-longer': {
    human: "You're next",
    transcript: { ...transcriptOf(waiting.slice(0, -1)), waitingSince: 1 },
    place: place(true, 1),
  },
  'email-form': {
    human: '3rd in line',
    transcript: transcriptOf(waiting.slice(0, -1)),
    place: place(true),
    press: 'Or get the answer by e-mail',
  },
  'asked-in-words': {
    human: 'In line',
    transcript: transcriptOf([
      ...fees,
      says('I want to talk to a real person'),
      { ...requested, reason: 'customer_said', detail: 'talk to a real person' },
    ]),
  },
  'promise-kept': {
    human: 'In line',
    transcript: transcriptOf([
      ...fees,
      doubt,
      starts(2),
      answers(2, 'One of our agents will look at your account and call you back.'),
      { ...requested, reason: 'bot_promised', detail: 'One of our agents will', by: { kind: 'system' } },
    ]),
  },
  'promise-corrected': {
    transcript: transcriptOf([
      ...fees,
      doubt,
      starts(2),
      answers(2, 'One of our agents will look at your account and call you back.'),
      { type: 'answer.corrected', turn: 2, quote: 'One of our agents will', by: { kind: 'system' } },
    ]),
  },
  'suggested-rephrased': { transcript: transcriptOf([...fees, doubt, suggested('customer_rephrased')]) },
  'suggested-anger': {
    transcript: transcriptOf([...fees, says('This is useless!!'), suggested('anger'), starts(2), sorry]),
  },
  'asked-if-bot': {
    transcript: transcriptOf([...fees, says('Are you a bot?'), suggested('asked_if_bot')]),
  },
  'quick-replies': {
    transcript: transcriptOf([
      says('My card'),
      starts(1),
      answers(1, 'What about your card?', {
        replies: ['It is lost', 'It does not work', 'I want a new one'],
      }),
    ]),
  },
  human: { human: 'Ana · Support', transcript: transcriptOf(withAna) },
  'human-typing': {
    human: 'Ana · Support',
    transcript: transcriptOf(withAna.slice(0, -1)),
    agentTyping: ana,
  },
  returned: { transcript: transcriptOf([...withAna, returned]) },
  resolved: {
    transcript: transcriptOf([...withAna, { type: 'conversation.resolved', outcome: 'solved', by: byAna }]),
  },
  'resolved-rated': {
    transcript: transcriptOf([
      ...withAna,
      { type: 'conversation.resolved', outcome: 'solved', by: byAna },
      { type: 'conversation.rated', rating: 5, comment: '' },
    ]),
  },
  offline: {
    human: "Asking once you're online",
    connection: 'offline',
    transcript: transcriptOf(fees),
    outbox: [
      outboxItem('message:send', { text: 'Are you still there?' }, { state: 'queued' }),
      outboxItem('handoff:request', {}, { state: 'queued' }),
    ],
  },
  'offline-first': { connection: 'offline' },
  'version-mismatch': { connection: 'refused', refusal: 'version_mismatch', transcript: transcriptOf(fees) },
  'not-set-up': { connection: 'refused', refusal: 'origin_not_allowed' },
  'send-failed': {
    transcript: transcriptOf(fees),
    outbox: [
      outboxItem(
        'message:send',
        { text: 'And what about a transfer to the Czech Republic?' },
        { state: 'failed', code: 'rate_limited' },
      ),
      outboxItem(
        'feedback:give',
        { turn: 1, verdict: 'down', reasons: [], comment: '' },
        { state: 'failed', code: 'unavailable' },
      ),
    ],
  },
  'too-long': { transcript: transcriptOf(fees), draft: 'Here is the whole story, again. '.repeat(251) },
  about: { transcript: transcriptOf(fees), page: 'about' },
} as const satisfies Record<string, WidgetState>;

export type WidgetStateName = keyof typeof widgetStates;
