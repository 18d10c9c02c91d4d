import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import type { AnswerItem, Feedback } from '../../browser/transcript-model.ts';
import type { Chat, OutboxItem } from '../core/model.ts';
import { hasConversation } from '../resume.ts';
import { cut } from './lines.ts';
import type { JudgedAnswer } from './options.ts';

/** What customers think of answers that were given in the page's own chat. */
export interface Opinions {
  give(target: JudgedAnswer, said: Said): void;
  /** What the customer thinks of this answer now; null: nothing. */
  of(target: JudgedAnswer): ReadonlySignal<Feedback | null>;
  forget(): void;
  end(): void;
}

type Said = Omit<OutboxItem<'feedback:give'>['body'], 'turn'>;
type Opinion = JudgedAnswer & Said;

/** As the protocol has them. */
const maxQuestion = 2_000;
const maxAnswer = 14_000;
const maxKept = 20;

const isShare = (item: OutboxItem): item is OutboxItem<'feedback:share'> => item.name === 'feedback:share';
const isAbout = (one: JudgedAnswer, other: JudgedAnswer) =>
  one.question === other.question && one.answer === other.answer;
/** As it arrives: what is told again must be recognised. */
const asSent = ({ question, answer }: JudgedAnswer): JudgedAnswer => ({
  question: cut(question.trim(), maxQuestion) || '…',
  answer: cut(answer.trim(), maxAnswer) || '…',
});

/**
 * Each judged answer becomes a turn of the conversation, once; from then on opinions are given on that turn. What
 * cannot be given now (a person is in, or the turn is on its way) waits, in this tab's storage.
 */
export function createOpinions(chat: Chat, site: string): Opinions {
  const key = `handrail-feedback:${site}`;
  const waiting = signal<readonly Opinion[]>(kept(key));
  /** A conversation of an earlier visit, of which nothing is known before its facts come: a person may be in it. */
  const earlier = hasConversation(site) ? chat.transcript.peek().conversationId : null;
  const isUnknown = () => {
    const { conversationId, seq } = chat.transcript.value;
    return seq === 0 && conversationId === earlier;
  };

  const keep = (opinions: readonly Opinion[]) => {
    waiting.value = opinions.slice(-maxKept);
    try {
      if (opinions.length === 0) sessionStorage.removeItem(key);
      else sessionStorage.setItem(key, JSON.stringify(waiting.value));
    } catch {
      // Blocked or full: they wait in memory.
    }
  };

  const turnOf = (target: JudgedAnswer): AnswerItem | undefined => {
    const { items } = chat.transcript.value;
    return items.findLast((item): item is AnswerItem => {
      if (item.kind !== 'answer' || item.text !== target.answer) return false;
      const asked = items.find(({ seq }) => seq === item.question);
      return asked?.kind === 'message' && asked.text === target.question;
    });
  };
  const onItsWay = (target: JudgedAnswer) =>
    chat.outbox.value.filter(isShare).find(({ body, state }) => state !== 'failed' && isAbout(body, target));

  /** @returns whether nothing of it is left to do here */
  const giveOne = (opinion: Opinion): boolean => {
    const { question: _question, answer: _answer, ...said } = opinion;
    const site = chat.site.value;
    if (site === null || isUnknown()) return false;
    // The server would refuse it: a customer's browser must not speak for a bot behind the server.
    if (site.bot !== 'page') return true;
    const turn = turnOf(opinion);
    if (turn !== undefined) {
      chat.giveFeedback({ turn: turn.turn, ...said });
      return true;
    }
    if (onItsWay(opinion) !== undefined) return false;
    // Taken back before anybody knew of it.
    if (said.verdict === 'none') return true;
    const { status } = chat.transcript.value;
    if (status === 'human') return false;
    if (status === 'resolved') chat.startOver();
    chat.share('feedback:share', opinion);
    return true;
  };

  const stop = effect(() => {
    // A person came in between, or it was ended: it waits for its time instead of being lost.
    for (const item of chat.outbox.value.filter(isShare)) {
      const isUntimely = item.code === 'already_human' || item.code === 'already_resolved';
      if (item.state !== 'failed' || !isUntimely) continue;
      const { context: _context, ...opinion } = item.body;
      chat.discard(item.cid);
      keep([opinion, ...waiting.peek()]);
      return;
    }
    const [next] = waiting.value;
    if (next === undefined) return;
    const given = waiting.value.filter((opinion) => giveOne(opinion));
    if (given.length > 0) keep(waiting.value.filter((opinion) => !given.includes(opinion)));
  });

  return {
    give(target, said) {
      chat.start();
      const opinion = { ...asSent(target), ...said };
      keep([...waiting.peek().filter((other) => !isAbout(other, opinion)), opinion]);
    },
    of(target) {
      const sent = asSent(target);
      return computed(() => {
        const opinion = waiting.value.find((other) => isAbout(other, sent)) ?? onItsWay(sent)?.body;
        if (opinion !== undefined) return opinion.verdict === 'none' ? null : opinion;
        const turn = turnOf(sent);
        const changed = chat.outbox.value.findLast(
          (item): item is OutboxItem<'feedback:give'> =>
            item.name === 'feedback:give' && 'turn' in item.body && item.body.turn === turn?.turn,
        );
        const now = changed?.body ?? turn?.feedback ?? null;
        return now?.verdict === 'none' ? null : now;
      });
    },
    forget: () => keep([]),
    end: stop,
  };
}

function kept(key: string): Opinion[] {
  try {
    const found: unknown = JSON.parse(sessionStorage.getItem(key) ?? '[]');
    return Array.isArray(found) ? found : [];
  } catch {
    return [];
  }
}
