import { computed, type Signal, signal } from '@preact/signals';
import { uuidv7 } from '../../browser/ids.ts';
import { emptyTranscript, type Transcript } from '../../browser/transcript.ts';
import type { CustomerCommandName } from '../../protocol/commands.ts';
import type { Chat, Connection, OutboxItem } from '../../widget/core/model.ts';

type Writable<T> = { [K in keyof T]: T[K] extends { readonly value: infer V } ? Signal<V> : never };
type Signals = Pick<
  Chat,
  'site' | 'connection' | 'refusal' | 'transcript' | 'outbox' | 'place' | 'agentTyping' | 'unread' | 'draft'
>;

/** What a test sets of a chat, and what the interface has called. */
export interface FakeChat extends Chat {
  readonly state: Writable<Signals>;
  readonly calls: [name: string, ...args: unknown[]][];
}

export interface FakeState {
  readonly connection?: Connection;
  readonly refusal?: Chat['refusal']['value'];
  readonly transcript?: Transcript;
  readonly outbox?: readonly OutboxItem[];
  readonly place?: Chat['place']['value'];
  readonly agentTyping?: Chat['agentTyping']['value'];
  readonly unread?: number;
  readonly draft?: string;
}

/**
 * A chat without a server: it shows what it is told to, notes what is called, and puts commands into its outbox,
 * where they stay on their way.
 */
export function createFakeChat(given: FakeState = {}): FakeChat {
  const transcript = given.transcript ?? emptyTranscript(uuidv7());
  const state: FakeChat['state'] = {
    site: signal({
      version: 1,
      key: 'pk_demo',
      title: 'Northcard help',
      answeredBy: 'Northcard Support',
      bot: 'http',
      hasEmail: true,
      feedback: { consent: '', doNotTrain: false, mayChoose: true },
      suggestions: ['How do I activate my card?', 'Why was I charged a fee?', 'My top-up has not arrived'],
    }),
    connection: signal(given.connection ?? 'online'),
    refusal: signal(given.refusal ?? null),
    transcript: signal(transcript),
    outbox: signal(given.outbox ?? []),
    place: signal(given.place ?? null),
    agentTyping: signal(given.agentTyping ?? null),
    unread: signal(given.unread ?? 0),
    draft: signal(given.draft ?? ''),
  };
  const calls: FakeChat['calls'] = [];
  const note =
    <A extends unknown[]>(name: string, act: (...args: A) => void = () => undefined) =>
    (...args: A) => {
      calls.push([name, ...args]);
      act(...args);
    };
  const put = (name: CustomerCommandName, body: object) => {
    state.outbox.value = [...state.outbox.value, outboxItem(name, body)];
  };
  return {
    state,
    calls,
    ...state,
    outbox: computed(() => state.outbox.value),
    start: note('start'),
    reach: () => undefined,
    share: note('share', put),
    setVisible: note('setVisible'),
    send: note('send', (text: string) => put('message:send', { text })),
    requestHuman: note('requestHuman', () => put('handoff:request', {})),
    cancelRequest: note('cancelRequest', () => put('handoff:cancel', {})),
    askFollowUp: note('askFollowUp', (email: string) => put('followup:ask', { email })),
    retryAnswer: note('retryAnswer', (turn: number) => put('answer:retry', { turn })),
    giveFeedback: note('giveFeedback', (body: object) => put('feedback:give', body)),
    rate: note('rate', put),
    resolve: note('resolve', (outcome) => put('conversation:resolve', { outcome })),
    typing: note('typing'),
    retrySend: note('retrySend'),
    discard: note('discard', (cid: string) => {
      state.outbox.value = state.outbox.value.filter((item) => item.cid !== cid);
    }),
    startOver: note('startOver'),
    forget: note('forget'),
    close: note('close'),
  };
}

export function outboxItem(
  name: CustomerCommandName,
  body: object,
  more: Partial<Pick<OutboxItem, 'state' | 'code' | 'at'>> = {},
): OutboxItem {
  return {
    cid: uuidv7(),
    conversationId: 'fake',
    at: Date.now(),
    name,
    body,
    state: 'sending',
    code: null,
    ...more,
  } as OutboxItem;
}
