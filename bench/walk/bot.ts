import { loadArticles } from '../../examples/existing-bot/articles.ts';
import { acceptable } from '../../examples/existing-bot/intents.ts';
import { createReplies } from '../../examples/existing-bot/replies.ts';
import type { Question } from '../guidance-data.ts';
import type { Answered } from './people.ts';

export interface Asked extends Question {
  /** What the bot alone says, and whether that is right. */
  readonly alone: { readonly text: string; readonly isRight: boolean };
}

/** The example's bot as the scripted people know it. @param gaps topics on which it has no article */
export function createScriptedBot(gaps: ReadonlySet<string>) {
  const articles = loadArticles();
  const missing = new Set([...gaps].flatMap((intent) => acceptable[intent] ?? []));
  const replies = createReplies(articles.filter(({ slug }) => !missing.has(slug)));
  const right = (intent: string | null, urls: readonly string[]) => {
    const slug = /[^/]*$/.exec(urls[0] ?? '')?.[0] ?? '';
    return acceptable[intent ?? '']?.includes(slug) === true;
  };
  const rightAnswer = ({ intent }: Question): string => {
    const article = articles.find(({ slug }) => slug === acceptable[intent ?? '']?.[0]);
    if (article === undefined) throw new Error(`no article tells of ${intent}`);
    return `About ${(intent ?? '').toLowerCase().replace(/\W|_/g, ' ')}: ${article.body.split('\n\n')[0]}`;
  };
  return {
    replies,
    rightAnswer,
    asked(question: Question): Asked {
      const { text, outcome, articles: shown } = replies.replyTo(question.text, []);
      const urls = shown.map(({ url }) => url);
      return {
        ...question,
        alone: { text, isRight: outcome === 'answered' && right(question.intent, urls) },
      };
    },
    /** Whether this is what the customer wanted to know. */
    isRight: (question: Question, { guidance, text, outcome, sources }: Answered): boolean =>
      guidance === null
        ? outcome === 'answered' && right(question.intent, sources)
        : text === rightAnswer(question),
  };
}
export type ScriptedBot = ReturnType<typeof createScriptedBot>;
