import { setTimeout as sleep } from 'node:timers/promises';
import type { Bot, BotChunk, BotTurn, HandoffNews } from '../../protocol/bot.ts';
import { type Activity, actionsOf, createDirectLine, isForgotten, wordsOf } from './direct-line.ts';
import { createParagraphs, handoffOf, quickReplies, sourceOf, titleOf } from './pieces.ts';
import type { BotSurroundings } from './surroundings.ts';

/** How a turn is waited for, ms. Direct Line does not say when a bot has said all: silence has to tell. */
export interface Patience {
  /** Between two looks. */
  readonly lookEveryMs: number;
  /** Silence after an answer to the question: the turn is over. */
  readonly quietMs: number;
  /** Silence after words that answer nothing in particular, such as a greeting. */
  readonly longQuietMs: number;
}

const usualPatience: Patience = { lookEveryMs: 400, quietMs: 1_200, longQuietMs: 5_000 };

/** What is remembered of a conversation. */
interface Memory {
  /** The bot's own id of it; null before it has been begun. */
  readonly conversation: string | null;
  readonly watermark: string | null;
  readonly customer: string;
  /** What a button of the last answer stands for, by its title. */
  readonly values: ReadonlyMap<string, string>;
  /** Time of the hand-back that the bot has been told of; 0 for none. */
  readonly handbackAt: number;
  /** When the last question was posted. */
  readonly askedAt: number;
  /** A person has come since then. */
  readonly isTakenOver: boolean;
}

/** A conversation that the bot has to begin anew: there it knows nothing, of a hand-back neither. */
const unbegun = { conversation: null, watermark: null, handbackAt: 0 } as const;

/**
 * A bot behind Direct Line 3.0 (Azure Bot Service, or anything that speaks it). One conversation there for one here;
 * one that has been forgotten there is begun again.
 *
 * What the bot says after its turn has ended is read with the next question and stands before its answer. If a person
 * has been in meanwhile it is thrown away: it belongs to a talk that is over, and might contradict what was decided.
 * @throws BotError unreachable, rejected, malformed, too_large, from the iteration
 */
export function createBotFrameworkBot(
  { url, secret }: { url: string; secret: string },
  { call, session }: BotSurroundings,
  patience: Patience = usualPatience,
): Bot {
  const line = createDirectLine(url, secret, call);

  const keep = (conversation: string, memory: Memory) =>
    session.write(conversation, { ...memory, values: Object.fromEntries(memory.values) });

  /** Posts the question, and before it a hand-back that the bot has not heard of. */
  const ask = async (turn: BotTurn, before: Memory, signal: AbortSignal) => {
    let memory = before;
    const late: Activity[] = [];
    const conversation = memory.conversation ?? (await line.start(signal));
    if (memory.conversation !== null) {
      const page = await line.read(conversation, memory.watermark, signal);
      memory = { ...memory, watermark: page.watermark };
      if (!hasPersonBeenIn(turn, memory)) late.push(...page.activities);
    }
    const from = { id: turn.customer.id, role: 'user' };
    const { handback } = turn;
    if (handback !== undefined && handback.at > memory.handbackAt) {
      await line.post(
        conversation,
        { type: 'event', name: 'handrail.handback', from, value: handback },
        signal,
      );
      memory = { ...memory, handbackAt: handback.at };
    }
    const { site, conversation: ours, turn: number, customer, hint, replay } = turn;
    const question = {
      type: 'message',
      from,
      text: memory.values.get(turn.text) ?? turn.text,
      ...(customer.language === undefined ? {} : { locale: customer.language }),
      channelData: {
        handrail: { site, conversation: ours, turn: number, page: customer.page, handback, hint, replay },
      },
    };
    const askedAt = Date.now();
    const id = await line.post(conversation, question, signal);
    memory = {
      ...memory,
      conversation,
      customer: customer.id,
      values: new Map(),
      askedAt,
      isTakenOver: false,
    };
    await keep(turn.conversation, memory);
    return { conversation, memory, late, id };
  };

  const asked = async (turn: BotTurn, signal: AbortSignal) => {
    const memory = memoryOf(await session.read(turn.conversation));
    try {
      return await ask(turn, memory, signal);
    } catch (error) {
      if (memory.conversation === null || !isForgotten(error)) throw error;
      return ask(turn, { ...memory, ...unbegun }, signal);
    }
  };

  return {
    async *reply(turn, signal) {
      const { conversation, late, id, ...rest } = await asked(turn, signal);
      let memory = rest.memory;
      const take = createTaker(turn.customer.id, id);
      for (const activity of late) yield* take(activity);
      let isOver = false;
      let heardAt: number | null = null;
      while (!isOver) {
        const { activities, watermark } = await line.read(conversation, memory.watermark, signal);
        for (const activity of activities) yield* take(activity);
        if (watermark !== memory.watermark) {
          memory = { ...memory, watermark, values: take.values() };
          await keep(turn.conversation, memory);
        }
        if (take.isNews() || heardAt === null) heardAt = take.hasWords() ? Date.now() : null;
        const quietMs = take.isAnswered() ? patience.quietMs : patience.longQuietMs;
        isOver = take.isClosed() || (heardAt !== null && Date.now() - heardAt >= quietMs);
        if (!isOver) await sleep(patience.lookEveryMs, undefined, { signal });
      }
      if (take.isEnded()) await keep(turn.conversation, { ...memory, ...unbegun });
      yield* quickReplies([...take.values().keys()]);
      yield { type: 'end', outcome: 'answered' };
    },

    async tell(news, signal) {
      const memory = memoryOf(await session.read(news.conversation));
      const state = stateOf(news);
      if (memory.conversation === null || state === null) return;
      if (news.status === 'accepted') {
        await keep(news.conversation, { ...memory, isTakenOver: true });
      }
      const from = { id: memory.customer, role: 'user' };
      const value = { state, ...(news.agent === null ? {} : { agent: news.agent }), message: news.decision };
      await line.post(memory.conversation, { type: 'event', name: 'handoff.status', from, value }, signal);
    },
  };
}

/** Turns activities into chunks, and knows by them whether the turn is over. */
function createTaker(customer: string, question: string | null) {
  const paragraph = createParagraphs();
  const values = new Map<string, string>();
  let isNews = false;
  let hasWords = false;
  let isAnswered = false;
  let isEnded = false;
  let hint = '';

  function* take(activity: Activity): Generator<BotChunk> {
    // The conversation holds both sides; what the customer said they know.
    if (activity.from?.id === customer) return;
    const { type, name, replyToId, value, inputHint } = activity;
    const isHandoff = type === 'event' && name === 'handoff.initiate';
    const isMessage = type === 'message';
    isNews = true;
    if (type === 'endOfConversation') isEnded = true;
    if (!isMessage && !isHandoff && !isEnded) return;
    hasWords = true;
    isAnswered ||=
      question === null || replyToId === question || replyToId === null || replyToId === undefined;
    if (isMessage) hint = inputHint ?? '';
    if (isHandoff) return yield handoffOf(value);
    for (const words of wordsOf(activity)) yield* paragraph(words);
    for (const { type: kind, title, value: meant } of actionsOf(activity)) {
      if (!title) continue;
      if (kind === 'openUrl') yield* sourceOf(title, String(meant ?? ''));
      else values.set(titleOf(title), typeof meant === 'string' ? meant : title);
    }
  }

  return Object.assign(take, {
    values: () => values,
    /** Whether anything has come since this was last asked; a bot that types goes on. */
    isNews: () => {
      const was = isNews;
      isNews = false;
      return was;
    },
    hasWords: () => hasWords,
    isAnswered: () => isAnswered && hint !== 'ignoringInput',
    isEnded: () => isEnded,
    /** The bot has said itself that it waits for the customer, or that all is over. */
    isClosed: () => isEnded || (isAnswered && hint === 'expectingInput'),
  });
}

/** Whether a person has been in since the last question, as far as the turn and what we heard of handoffs tell. */
function hasPersonBeenIn({ handback, history }: BotTurn, { askedAt, isTakenOver }: Memory): boolean {
  const isLater = ({ at }: { at: number }) => at >= askedAt;
  return (
    isTakenOver ||
    (handback !== undefined && isLater(handback)) ||
    history.some((line) => line.author === 'agent' && isLater(line))
  );
}

/** In the words of Bot Framework's `handoff.status`, which knows no "waiting". */
function stateOf({ status }: HandoffNews): 'accepted' | 'failed' | 'completed' | null {
  if (status === 'requested') return null;
  if (status === 'accepted') return 'accepted';
  return status === 'cancelled' ? 'failed' : 'completed';
}

function memoryOf(data: Record<string, unknown>): Memory {
  const text = (value: unknown) => (typeof value === 'string' ? value : null);
  const time = (value: unknown) => (typeof value === 'number' ? value : 0);
  const values = Object.entries(Object(data.values)).filter((entry): entry is [string, string] => {
    return typeof entry[1] === 'string';
  });
  return {
    conversation: text(data.conversation),
    watermark: text(data.watermark),
    customer: text(data.customer) ?? '',
    values: new Map(values),
    handbackAt: time(data.handbackAt),
    askedAt: time(data.askedAt),
    isTakenOver: data.isTakenOver === true,
  };
}
