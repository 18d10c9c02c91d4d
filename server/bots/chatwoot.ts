import type { Bot, BotTurn, HandoffNews } from '../../protocol/bot.ts';
import { sign } from './http.ts';
import type { BotSurroundings } from './surroundings.ts';

/** There is one account and one inbox here; the bot's token says whose site it speaks for. */
const account = { id: 1, name: 'Handrail' };
const inbox = { id: 1, name: 'Website' };

/** Numbers of messages: of what customers say (even) by turn, of what bots say (odd) by seq; unique in all conversations. */
const messageSpan = 10_000_000;
export const incomingId = (conversation: number, turn: number) => conversation * messageSpan + 2 * turn;
export const outgoingId = (conversation: number, seq: number) => conversation * messageSpan + 2 * seq + 1;

export type ChatwootStatus = 'pending' | 'open' | 'resolved';

/**
 * A bot written for Chatwoot as an AgentBot: it is sent webhooks and answers when it likes, through the API of
 * features/chatwoot, on any node. So a turn ends there, and is only waited for here.
 * @throws BotError unreachable, rejected, from the iteration
 */
export function createChatwootBot(
  { url, secret }: { url: string; secret: string },
  { call, session }: BotSurroundings,
): Bot {
  const send = async (payload: object, signal: AbortSignal) => {
    const body = JSON.stringify(payload);
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json',
      'handrail-signature': sign(secret, body, Date.now()),
    };
    const response = await call(url, { method: 'POST', headers, body, signal });
    // Chatwoot does not read what a webhook says either.
    await response.body?.cancel();
  };

  return {
    // biome's rule wants a yield in every generator; this one only ever ends by its signal.
    async *reply(turn, signal) {
      const number = await session.numberOf(turn.conversation);
      await send(messageCreated(turn, number), signal);
      await aborted(signal);
      yield { type: 'end', outcome: 'unknown' };
    },

    async tell(news, signal) {
      await send(statusChanged(news, await session.numberOf(news.conversation)), signal);
    },
  };
}

/** Waits until the turn has ended otherwise, or its deadline has passed. @throws the signal's reason, always */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const end = () => reject(signal.reason);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}

/** `message_created` as Chatwoot sends it to an AgentBot. Numbers of people are made of our ids: bots key on them. */
function messageCreated(turn: BotTurn, number: number) {
  const { text, customer, history, handback, hint } = turn;
  const now = new Date();
  const id = incomingId(number, turn.turn);
  const sender = {
    id: numberFrom(customer.id),
    type: 'contact',
    name: 'Customer',
    email: null,
    phone_number: null,
    identifier: customer.id,
    additional_attributes: {},
    custom_attributes: {},
    account,
  };
  const message = {
    id,
    content: text,
    content_type: 'text',
    content_attributes: {},
    private: false,
    source_id: null,
  };
  const seconds = Math.floor(now.getTime() / 1_000);
  return {
    event: 'message_created',
    ...message,
    message_type: 'incoming',
    created_at: now.toISOString(),
    additional_attributes: {},
    sender,
    account,
    inbox,
    conversation: {
      ...conversation(number, 'pending'),
      additional_attributes: {
        ...(customer.language === undefined ? {} : { browser_language: customer.language }),
        ...(customer.page === undefined ? {} : { referer: customer.page.url }),
        handrail: { site: turn.site, conversation: turn.conversation, turn: turn.turn, history },
      },
      custom_attributes: {
        ...attributesOf(handback),
        ...(hint === undefined ? {} : { hint: hint.text }),
      },
      // Chatwoot counts the kinds of messages here, though it names them above: 0 is an incoming one.
      messages: [{ ...message, message_type: 0, conversation_id: number, created_at: seconds, sender }],
      meta: { sender, assignee: null, team: null, hmac_verified: false },
      created_at: Math.floor((history[0]?.at ?? now.getTime()) / 1_000),
      timestamp: seconds,
      last_activity_at: seconds,
      contact_last_seen_at: seconds,
      agent_last_seen_at: 0,
    },
  };
}

const events = {
  requested: ['conversation_opened', 'pending', 'open'],
  accepted: ['conversation_updated', 'open', 'open'],
  cancelled: ['conversation_status_changed', 'open', 'pending'],
  returned: ['conversation_status_changed', 'open', 'pending'],
  resolved: ['conversation_resolved', 'open', 'resolved'],
} as const satisfies Record<HandoffNews['status'], readonly [string, ChatwootStatus, ChatwootStatus]>;

/** What became of a handoff, in the events that Chatwoot has for it. */
function statusChanged({ status, agent, decision }: HandoffNews, number: number) {
  const [event, before, now] = events[status];
  const assignee = agent === null || status === 'returned' ? null : { name: agent, type: 'user' };
  const returned = status === 'returned' && agent !== null ? { agent, decision, at: Date.now() } : undefined;
  return {
    event,
    account,
    inbox,
    ...conversation(number, now),
    messages: [],
    additional_attributes: {},
    custom_attributes: attributesOf(returned),
    meta: { assignee, team: null },
    changed_attributes: before === now ? [] : [{ status: { previous_value: before, current_value: now } }],
  };
}

const conversation = (number: number, status: ChatwootStatus) => ({
  id: number,
  inbox_id: inbox.id,
  channel: 'Channel::WebWidget',
  can_reply: true,
  status,
  labels: [],
  priority: null,
  snoozed_until: null,
  unread_count: 1,
});

/** What a person decided, as attributes of the conversation: there bots keep, and look for, what they know of it. */
const attributesOf = (handback: BotTurn['handback']) =>
  handback === undefined
    ? {}
    : { handback_agent: handback.agent, handback_decision: handback.decision, handback_at: handback.at };

/** A number that is always the same for an id; 48 bits of it, which fit into every language's integers. */
const numberFrom = (id: string) => Number.parseInt(id.replaceAll('-', '').slice(-12), 16);
