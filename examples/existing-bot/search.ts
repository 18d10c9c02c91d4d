import type { Article } from './articles.ts';
import { wordsOf } from './words.ts';

export interface Match {
  readonly article: Article;
  /** Higher is better; comparable between questions (see `answerThreshold` in replies.ts). */
  readonly score: number;
}

/** How much the words of each part of an article count. */
const fields = {
  title: 4,
  asks: 3,
  body: 1,
} as const;
/** BM25: how soon a repeated word stops to count, and how much a long text is held against it. */
const saturation = 5;
const lengthPenalty = 0.4;
/** How much one well fitting way of asking counts beside the article as a whole. */
const askWeight = 1;

interface Indexed {
  readonly article: Article;
  readonly weights: ReadonlyMap<string, number>;
  readonly length: number;
  readonly asks: readonly ReadonlySet<string>[];
}

/**
 * Finds articles by BM25 over title, ways of asking and body, mixed with how well the best single way of asking
 * fits. Both parts are shares between 0 and 1 of what a perfect match would reach.
 */
export function createSearch(articles: readonly Article[]) {
  const indexed = articles.map(indexOf);
  const meanLength = indexed.reduce((sum, { length }) => sum + length, 0) / indexed.length;
  const holders = new Map<string, number>();
  for (const { asks } of indexed) {
    const told = new Set(asks.flatMap((ask) => [...ask]));
    for (const word of told) holders.set(word, (holders.get(word) ?? 0) + 1);
  }
  /** Rare words tell more. Words that no article has tell most: they mean another topic. */
  const rarity = (word: string) => {
    const n = holders.get(word) ?? 0;
    return Math.log(1 + (indexed.length - n + 0.5) / (n + 0.5));
  };
  const mass = (words: Iterable<string>) => [...words].reduce((sum, word) => sum + rarity(word), 0);

  const score = (words: ReadonlySet<string>, { weights, length, asks }: Indexed): number => {
    const norm = saturation * (1 - lengthPenalty + (lengthPenalty * length) / meanLength);
    let sum = 0;
    let most = 0;
    for (const word of words) {
      const weight = weights.get(word) ?? 0;
      sum += rarity(word) * (weight / (weight + norm));
      most += rarity(word);
    }
    const bm25 = sum / most;
    const own = mass(words);
    const bestAsk = Math.max(
      ...asks.map((ask) => {
        const shared = mass([...ask].filter((word) => words.has(word)));
        return shared / Math.sqrt(own * mass(ask));
      }),
    );
    return (bm25 + askWeight * bestAsk) / (1 + askWeight);
  };

  return {
    rarity,
    /**
     * Articles for a question, best first.
     * @param topic words of what was talked about before, for a question that does not name it
     */
    find(question: string, topic: readonly string[] = []): Match[] {
      const words = new Set([...topic, ...wordsOf(question)]);
      if (words.size === 0) return [];
      return indexed
        .map((entry) => ({ article: entry.article, score: score(words, entry) }))
        .sort((a, b) => b.score - a.score);
    },
  };
}
export type Search = ReturnType<typeof createSearch>;

function indexOf(article: Article): Indexed {
  const weights = new Map<string, number>();
  const add = (text: string, weight: number) => {
    const words = wordsOf(text);
    for (const word of words) weights.set(word, (weights.get(word) ?? 0) + weight);
    return words.length;
  };
  const { title, asks, body } = article;
  add(title, fields.title);
  for (const ask of asks) add(ask, fields.asks);
  const length = add(body, fields.body);
  return { article, weights, length, asks: [title, ...asks].map((ask) => new Set(wordsOf(ask))) };
}
