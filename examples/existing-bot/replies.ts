import type { Article } from './articles.ts';
import { excerpt } from './passages.ts';
import { createSearch, type Match } from './search.ts';
import { asksForPerson, smallTalk } from './small-talk.ts';
import { topicWordsOf } from './words.ts';

export interface Line {
  readonly author: 'customer' | 'bot' | 'agent';
  readonly text: string;
}

export interface Reply {
  /** Markdown; may be empty if only a person is asked for. */
  readonly text: string;
  readonly articles: readonly Article[];
  /** Why a person should take over; null if nobody asked for one. */
  readonly handoff: string | null;
  readonly outcome: 'answered' | 'unknown';
}

/**
 * Least score of an answer. Below it the honest answer is "I don't know". Set with evaluate.ts: lower answers more
 * and is wrong more often.
 */
const answerThreshold = 0.3;
/** A second article is shown beside the first when it fits nearly as well. */
const alsoWithin = 0.9;
const unknownText = 'I found nothing about that in our help articles. A person on our team can help.';
const repeatedText =
  "I've told you what our help articles say about this, and it doesn't seem to be enough. A person on our team can look into your case.";

/** What the bot says; nothing here knows of HTTP. The same question with the same history gets the same reply. */
export function createReplies(articles: readonly Article[]) {
  const search = createSearch(articles);

  /** The best articles for the last of some questions, each asked in the light of the one before. */
  const matchesFor = (questions: readonly string[]): Match[] => {
    let topic: readonly string[] = [];
    let matches: Match[] = [];
    for (const question of questions) {
      matches = search.find(question, isFollowUp(question) ? topic : []);
      const best = matches[0];
      if (best !== undefined && best.score >= answerThreshold) topic = topicWordsOf(best.article.title);
    }
    return matches;
  };

  return {
    /** @param history what was said before, oldest first */
    replyTo(question: string, history: readonly Line[]): Reply {
      if (asksForPerson(question)) {
        const text = "Of course. I'm asking our team; they will see everything you wrote here.";
        return { text, articles: [], handoff: 'The customer asked for a person.', outcome: 'answered' };
      }
      const talk = smallTalk(question);
      if (talk !== null) return { text: talk, articles: [], handoff: null, outcome: 'answered' };

      const before = history.filter((line) => line.author === 'customer').map((line) => line.text);
      const matches = matchesFor([...before.slice(-4), question]);
      const [best, second] = matches;
      if (best === undefined || best.score < answerThreshold) {
        return { text: unknownText, articles: [], handoff: null, outcome: 'unknown' };
      }
      const lastAnswer = history.findLast((line) => line.author === 'bot')?.text ?? null;
      const followed = before.length > 0 && isFollowUp(question) ? lastAnswer : null;
      const text = excerpt(best.article.body, question, search.rarity, followed);
      if (lastAnswer === text) {
        return { text: repeatedText, articles: [best.article], handoff: null, outcome: 'unknown' };
      }
      const isClose = second !== undefined && second.score >= best.score * alsoWithin;
      const shown = isClose ? [best.article, second.article] : [best.article];
      return { text, articles: shown, handoff: null, outcome: 'answered' };
    },
  };
}
export type Replies = ReturnType<typeof createReplies>;

/** Whether a question only makes sense with the one before: "and how long does it take?" */
function isFollowUp(question: string): boolean {
  const words = question.toLowerCase().match(/[a-z']+/g) ?? [];
  if (words.length > 10 || topicWordsOf(question).length > 2) return false;
  const opens = /^(and|but|so|then|what about|how about|what if)\b/i.test(question.trim());
  const points = words.some((word) => ['it', 'that', 'this', 'they', 'them', 'those'].includes(word));
  return opens || points;
}
