import { computed, effect } from '@preact/signals';
import type { AnswerItem, Transcript } from '../../browser/transcript.ts';
import type { BotTurn } from '../../protocol/bot.ts';
import type { CustomerSignals } from '../../protocol/commands.ts';
import type { SiteKey } from '../../protocol/ids.ts';
import type { CustomerContext, TranscriptLine } from '../../protocol/message.ts';
import { type AnswerEnd, askPageBot, type PageBot } from './bot-reply.ts';
import type { Exclusively } from './exclusively.ts';
import type { Life } from './life.ts';
import type { State } from './state.ts';
import type { Surroundings } from './surroundings.ts';

export interface PageBotOptions {
  readonly bot: PageBot | undefined;
  readonly siteKey: SiteKey;
  readonly state: State;
  readonly life: Life;
  readonly surroundings: Surroundings;
  readonly exclusively: Exclusively;
  context(): CustomerContext;
  /** Whether this tab has sent the message with this cid. */
  isOwn(cid: string): boolean;
  /** Shows text in this tab at once. */
  show(chunk: CustomerSignals['answer:chunk']): void;
  /** Tells the server, and through it the other tabs and the agents. */
  signal(chunk: CustomerSignals['answer:chunk']): void;
  end(conversationId: string, end: AnswerEnd): void;
  /** Whether the end of this turn is on its way to the server. */
  isEnding(conversationId: string, turn: number): boolean;
  /** Asks the server what has happened meanwhile, if it can be reached. */
  catchUp(): Promise<void>;
}

const historyLines = 40;
/** As the protocol has it. */
const maxChunk = 4_000;

/**
 * Lets the page's bot answer what the server wants answered: each turn in one tab, preferably the one that asked.
 * Imports nothing of the core but types, so that it is a chunk of its own and leaves the others whole.
 */
export function answerTurns(options: PageBotOptions): void {
  const { bot, state, life, surroundings } = options;
  const { pace } = surroundings;

  const answer = async (
    transcript: Transcript,
    item: AnswerItem,
    stopped: AbortSignal,
  ): Promise<AnswerEnd> => {
    const { conversationId } = transcript;
    const { turn } = item;
    if (bot === undefined) {
      return { turn, outcome: 'failed', text: '', sources: [], failure: 'unreachable', handoff: null };
    }
    // Answered anew, after a reload: what was said before must not be mixed with other words.
    const isAnew = item.text !== '';
    let text = '';
    let sent = 0;
    let cancel = () => {};
    let isWaiting = false;
    const tell = () => {
      isWaiting = false;
      // Without the socket the text waits, so that the server gets no hole.
      if (!state.isLive.value) return;
      for (; sent < text.length; sent += maxChunk) {
        options.signal({ conversationId, turn, offset: sent, text: text.slice(sent, sent + maxChunk) });
      }
      sent = text.length;
    };
    const onText = (piece: string) => {
      if (isAnew || stopped.aborted) return;
      options.show({ conversationId, turn, offset: text.length, text: piece });
      text += piece;
      if (isWaiting) return;
      isWaiting = true;
      cancel = life.after(pace.chunk, tell);
    };
    const botTurn = turnOf(options, transcript, item);
    const end = await askPageBot(bot, botTurn, pace, stopped, onText, surroundings.report);
    cancel();
    return end;
  };

  const take = async (conversationId: string, turn: number, stopped: AbortSignal) => {
    const found = pendingAnswer(state.transcript.peek(), turn);
    if (found === undefined) return;
    const { items } = state.transcript.peek();
    const isOwn = items.some(
      (item) => item.kind === 'message' && item.seq === found.question && options.isOwn(item.cid),
    );
    const headStart = bot === undefined ? pace.followBot : isOwn ? 0 : pace.followTab;
    if (headStart > 0) await life.sleep(headStart);
    if (stopped.aborted) return;
    const name = `turn/${conversationId}/${turn}`;
    const work = async () => {
      // The tab that has just let go may have ended the turn, and this one not have heard of it yet.
      if (!isOwn) await options.catchUp();
      const transcript = state.transcript.peek();
      const item = pendingAnswer(transcript, turn);
      if (stopped.aborted || item === undefined) return;
      if (!options.isEnding(conversationId, turn)) {
        const end = await answer(transcript, item, stopped);
        if (stopped.aborted) return;
        options.end(conversationId, end);
      }
      // Held until the turn is over, so that no other tab answers it as well.
      await untilAborted(stopped);
    };
    await options.exclusively(name, work, stopped).catch((error) => {
      // Somebody else has answered while this tab waited for its turn.
      if (!stopped.aborted) throw error;
    });
  };

  const pending = computed(() => {
    const { conversationId, pendingTurn } = state.transcript.value;
    return pendingTurn !== null && state.site.value?.bot === 'page'
      ? `${pendingTurn} ${conversationId}`
      : null;
  });
  const stop = effect(() => {
    if (pending.value === null) return;
    const { conversationId, pendingTurn } = state.transcript.peek();
    if (pendingTurn === null) return;
    const stopped = new AbortController();
    life.run(() => take(conversationId, pendingTurn, AbortSignal.any([stopped.signal, life.signal])));
    return () => stopped.abort();
  });
  life.onEnd(stop);
}

const pendingAnswer = ({ items }: Transcript, turn: number): AnswerItem | undefined =>
  items.findLast(
    (item): item is AnswerItem => item.kind === 'answer' && item.turn === turn && item.state === 'pending',
  );

const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** What the bot is asked: the same as a bot behind the server would be. */
function turnOf(
  { siteKey, state, context }: PageBotOptions,
  transcript: Transcript,
  { turn, question, guidance, hint }: AnswerItem,
): BotTurn {
  const { conversationId, items } = transcript;
  const lines = items.flatMap((item): TranscriptLine[] => {
    if (item.kind === 'answer') {
      const isSaid = item.state !== 'pending' && item.text !== '';
      return isSaid ? [{ author: 'bot', text: item.text, at: item.at }] : [];
    }
    if (item.kind !== 'message' || item.seq >= question) return [];
    return [{ author: item.by.kind === 'agent' ? 'agent' : 'customer', text: item.text, at: item.at }];
  });
  const left = items.findLast((item) => item.kind === 'event' && item.fact.type === 'handoff.returned');
  const asked = items.find((item) => item.seq === question);
  return {
    version: 1,
    site: siteKey,
    conversation: conversationId,
    turn,
    text: asked?.kind === 'message' ? asked.text : '',
    history: lines.slice(-historyLines),
    customer: { id: state.session.peek()?.customerId ?? '', ...context() },
    ...(left?.kind === 'event' && left.fact.type === 'handoff.returned'
      ? { handback: { agent: left.fact.agent.name, decision: left.fact.decision, at: left.at } }
      : {}),
    ...(guidance && hint ? { hint: { guidance: guidance.id, version: guidance.version, text: hint } } : {}),
  };
}
