import { contentsOf } from '../insights/contents.ts';
import { likenessOfContents } from '../policy/same.ts';
import { defaultThresholds } from '../policy/thresholds.ts';
import type { Rate } from './intervals.ts';
import { awayMs, backWithinMs, type Windows } from './stretches.ts';

/** A question that a bot, or guidance in front of it, was asked, and what came of the answer. */
export interface AskedQuestion {
  readonly conversationId: string;
  readonly customerId: string;
  /** Seq of the message. */
  readonly question: number;
  readonly text: string;
  readonly askedAt: number;
  /** The last verdict on the answer is a thumb down. */
  readonly isDown: boolean;
  /** The next thing that happened was that a person was asked for. */
  readonly ledToPerson: boolean;
  /** What was applied to the answer. */
  readonly guidance: { readonly id: string; readonly version: number } | null;
}

/** What one customer asked on a topic at one time, however often they put it in other words. */
export interface Case {
  readonly conversationId: string;
  readonly customerId: string;
  readonly askedAt: number;
  readonly lastAt: number;
  readonly questions: readonly AskedQuestion[];
  readonly isDown: boolean;
  readonly isHanded: boolean;
  /** null: 72 hours are not over yet. */
  readonly isBack: boolean | null;
}

export interface SideCounts {
  readonly down: Rate;
  readonly handed: Rate;
  readonly back: Rate;
}

export interface Compared {
  readonly before: readonly Case[];
  readonly after: readonly Case[];
  /** Cases before that were left out. */
  readonly left: number;
}

/** A question's key, the same wherever it comes up. */
export const keyOf = ({ conversationId, question }: Pick<AskedQuestion, 'conversationId' | 'question'>) =>
  `${conversationId} ${question}`;

/**
 * The cases of a topic before and after, from all that these customers asked.
 *
 * One case is what a customer asks on the topic in one conversation without going away for an hour: rephrasings of one
 * trouble are one trouble, and no more proof than that. It counts once its hour is over, and for returns once 72 hours
 * are. One that spans the beginning of the guidance is of neither side.
 * @param asked in any order; of every customer all that they asked in the windows and 72 hours behind them
 * @param isOnTopic whether the guidance is for this question, by one yardstick for both sides
 * @param leftOut keys of the questions that the guidance was made from: they were chosen because their answers failed.
 * Counted as cases before, they alone would make any guidance look good (regression to the mean)
 */
export function compare<Asked extends AskedQuestion>(
  asked: readonly Asked[],
  isOnTopic: (question: Asked) => boolean,
  leftOut: ReadonlySet<string>,
  { before, after }: Windows,
  now: number,
): Compared {
  const sides = { before: [] as Case[], after: [] as Case[] };
  let left = 0;
  for (const all of Map.groupBy(asked, ({ customerId }) => customerId).values()) {
    const onTopic: ReadonlySet<AskedQuestion> = new Set(all.filter(isOnTopic));
    if (onTopic.size === 0) continue;
    const inOrder: readonly AskedQuestion[] = all.toSorted(byTime);
    for (const questions of timesOf(inOrder.filter((one) => onTopic.has(one)))) {
      const [first, last] = [questions[0], questions.at(-1)];
      if (first === undefined || last === undefined || last.askedAt + awayMs > now) continue;
      const isBefore = first.askedAt >= before.from && last.askedAt < before.to;
      const isAfter = first.askedAt >= after.from && first.askedAt < after.to;
      if (!(isBefore || isAfter)) continue;
      if (isBefore && questions.some((one) => leftOut.has(keyOf(one)))) {
        left += 1;
        continue;
      }
      const isOver = last.askedAt + backWithinMs <= now;
      sides[isBefore ? 'before' : 'after'].push({
        conversationId: first.conversationId,
        customerId: first.customerId,
        askedAt: first.askedAt,
        lastAt: last.askedAt,
        questions,
        isDown: questions.some(({ isDown }) => isDown),
        isHanded: questions.some(({ ledToPerson }) => ledToPerson),
        isBack: isOver ? cameBack(questions, last, inOrder, onTopic) : null,
      });
    }
  }
  return { ...sides, left };
}

/** How often each of these happened in the cases of one side. */
export function countsOf(cases: readonly Case[]): SideCounts {
  const over = cases.filter(({ isBack }) => isBack !== null);
  const share = (among: readonly Case[], has: (one: Case) => boolean): Rate => ({
    part: among.filter(has).length,
    of: among.length,
  });
  return {
    down: share(cases, ({ isDown }) => isDown),
    handed: share(cases, ({ isHanded }) => isHanded),
    back: share(over, ({ isBack }) => isBack === true),
  };
}

/** Questions that are asked at once have an order all the same. */
const byTime = (one: AskedQuestion, other: AskedQuestion) =>
  one.askedAt - other.askedAt ||
  (one.conversationId < other.conversationId ? -1 : Number(one.conversationId > other.conversationId)) ||
  one.question - other.question;

/** Questions of one customer, in order, by the times at which they came. */
function timesOf(questions: readonly AskedQuestion[]): AskedQuestion[][] {
  const times: AskedQuestion[][] = [];
  const open = new Map<string, AskedQuestion[]>();
  for (const one of questions) {
    const known = open.get(one.conversationId);
    if (known !== undefined && !isLater(known.at(-1), one)) known.push(one);
    else {
      const time = [one];
      open.set(one.conversationId, time);
      times.push(time);
    }
  }
  return times;
}

const isLater = (one: AskedQuestion | undefined, other: AskedQuestion) =>
  one !== undefined && other.askedAt - one.askedAt > awayMs;

/** Whether the customer came again within 72 hours, on the topic or with the same question in words of their own. */
function cameBack(
  questions: readonly AskedQuestion[],
  last: AskedQuestion,
  all: readonly AskedQuestion[],
  onTopic: ReadonlySet<AskedQuestion>,
): boolean {
  const words = questions.map(({ text }) => new Set(contentsOf(text)));
  return all.some((later) => {
    const afterMs = later.askedAt - last.askedAt;
    if (afterMs <= 0 || afterMs > backWithinMs) return false;
    if (later.conversationId === last.conversationId && afterMs <= awayMs) return false;
    if (onTopic.has(later)) return true;
    const again = new Set(contentsOf(later.text));
    return words.some((one) => likenessOfContents(again, one) >= defaultThresholds.sameQuestion);
  });
}
