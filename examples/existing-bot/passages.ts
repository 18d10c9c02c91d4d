import { wordsOf } from './words.ts';

/** A part of an article that can be quoted alone: a sentence, or a list with the line that leads to it. */
interface Passage {
  readonly text: string;
  readonly isList: boolean;
  readonly block: number;
}

/** What a kind of question wants to read, beyond the words it shares with the answer. */
const wanted: readonly (readonly [RegExp, RegExp])[] = [
  [
    /\bhow (long|soon|fast|quickly)\b|\bwhen\b|\btake[ns]?\b/i,
    /\b(minutes?|hours?|days?|weeks?|at once|seconds?)\b/i,
  ],
  [/\b(fees?|costs?|charges?|charged|price|expensive|free|pay extra)\b|\bhow much\b/i, /€|%|\bfree\b/],
  [
    /\b(limits?|maximum|minimum|how many|how often|how much)\b/i,
    /\b(at most|at least|up to|limit|no limit)\b/i,
  ],
  [/\bhow (do|can|would|should|to)\b|\bwhat (do|should) i do\b|\bsteps?\b/i, /^\d\. /m],
];

/**
 * The parts of an article that answer a question best, in the order of the article. An opening question gets the
 * first sentence nearly always, as articles begin with what matters; a follow-up gets only what it asks for, and no
 * list a second time.
 * @param rarity how telling a word is
 * @param followed the answer that the question follows up; null if it opens a topic
 */
export function excerpt(
  body: string,
  question: string,
  rarity: (word: string) => number,
  followed: string | null = null,
): string {
  const asked = new Set(wordsOf(question));
  const most = followed === null ? 3 : 2;
  const isSaid = ({ text, isList }: Passage) => isList && followed?.includes(text) === true;
  const scored = passagesOf(body).map((passage, index) => {
    if (isSaid(passage)) return { passage, index, score: -1 };
    const shared = [...new Set(wordsOf(passage.text))].filter((word) => asked.has(word));
    const kind = wanted.filter(([ask, answer]) => ask.test(question) && answer.test(passage.text)).length;
    const relevance = shared.reduce((sum, word) => sum + rarity(word), 0);
    const isOpening = index === 0 && followed === null;
    return { passage, index, score: relevance + 3 * kind + (isOpening ? 6 : 0) + (passage.isList ? 2 : 0) };
  });
  const chosen = scored
    .toSorted((a, b) => b.score - a.score)
    .slice(0, most)
    .sort((a, b) => a.index - b.index)
    .map(({ passage }) => passage);
  return chosen.reduce((text, passage, index) => {
    const before = chosen[index - 1];
    if (before === undefined) return passage.text;
    const isSameParagraph = before.block === passage.block && !before.isList && !passage.isList;
    return `${text}${isSameParagraph ? ' ' : '\n\n'}${passage.text}`;
  }, '');
}

function passagesOf(body: string): Passage[] {
  const blocks = body.split(/\n{2,}/);
  const passages: Passage[] = [];
  for (const [block, text] of blocks.entries()) {
    const isList = /^(- |\d\. )/.test(text);
    const lead = passages.at(-1);
    if (isList && lead !== undefined && lead.block === block - 1 && lead.text.endsWith(':')) {
      passages[passages.length - 1] = { text: `${lead.text}\n\n${text}`, isList, block };
    } else if (isList) {
      passages.push({ text, isList, block });
    } else {
      for (const sentence of sentencesOf(text)) passages.push({ text: sentence, isList, block });
    }
  }
  return passages;
}

/** Sentences end with a mark before a capital letter; a bold lead ("**Pending:**") stays with what follows. */
const sentencesOf = (text: string) =>
  text.replaceAll('\n', ' ').split(/(?<=[.!?])(?:\*\*)?(?<!\d\.) (?=[A-Z*])/);
