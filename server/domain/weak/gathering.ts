import { contentOf, likenessOfContents } from '../policy/same.ts';
import { defaultThresholds } from '../policy/thresholds.ts';
import { contradicts, type Guarded, guardedOf } from '../retrieval/guard.ts';
import { createPostings, createWeighing } from '../retrieval/vectors.ts';

/** A wording that says what a question is: the one that it was found by, or one that a person has put there. */
export interface Anchor {
  readonly text: string;
  readonly question: string;
}

/** Where a wording belongs: to a question that is there, or to the one that the wording of this number founds. */
export type Placement = { readonly question: string } | { readonly founder: number };

/**
 * From here on wordings are alike enough, by words and character n-grams weighed by how rare they are at the site.
 * `npm run bench -- weak-questions` shows what this gathers of public sets of questions, and how much of it wrongly.
 */
const alikeFrom = 0.45;
/** Worth looking at for whoever looks for the same in other words. */
const leastAlike = 0.1;

/** The words that a question is about, in one order: only wordings that share some can ask the same. */
export const contentsOfWording = (text: string): readonly string[] => [...contentOf(text)].sort();

/**
 * Gathers wordings of the same question: rather two rows of one question than one row of two. A wording is held against
 * the anchors alone, never against what was gathered before it: so nothing is drawn in step by step until a row holds
 * what has nothing in common. What is negated, or names another number, is another question.
 * @param asked wordings that are new, in the order in which they came
 * @param background past questions of the site, for what is rare there
 * @returns for each of `asked` where it belongs; its own number: it is a new question
 */
export function* gather(
  asked: readonly string[],
  anchors: readonly Anchor[],
  background: readonly string[],
): Generator<void, Placement[]> {
  const texts = [...anchors.map(({ text }) => text), ...asked];
  const weighing = yield* createWeighing([...texts, ...background]);
  const vectors = texts.map((text) => weighing.vector(text));
  yield;
  const likenesses = createPostings(vectors, weighing.size);
  const contents: ReadonlySet<string>[] = texts.map(contentOf);
  const guards: Guarded[] = texts.map(guardedOf);
  const placements: Placement[] = [];
  /** Wordings that new ones are held against, by their number among all texts. */
  const held = anchors.map((_, at) => at);
  for (const at of asked.keys()) {
    const own = anchors.length + at;
    const [vector, guard, words] = [vectors[own], guards[own], contents[own]];
    if (vector === undefined || guard === undefined || words === undefined) continue;
    const alike = likenesses(vector);
    let best: number | null = null;
    for (const other of held) {
      const likeness = alike[other] ?? 0;
      const [otherGuard, otherWords] = [guards[other], contents[other]];
      if (likeness < alikeFrom || otherGuard === undefined || otherWords === undefined) continue;
      if (!isSameMatter(words, otherWords)) continue;
      if (contradicts(guard, [otherGuard])) continue;
      if (best === null || likeness > (alike[best] ?? 0)) best = other;
    }
    const anchor = best === null ? undefined : anchors[best];
    if (anchor !== undefined) placements.push({ question: anchor.question });
    else if (best !== null) placements.push({ founder: best - anchors.length });
    else {
      placements.push({ founder: at });
      held.push(own);
    }
    yield;
  }
  return placements;
}

/** Whether one says all that the other says: "order a card" and "order a statement" differ in one word, and in all. */
function isSameMatter(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  const [fewer, more] = one.size <= other.size ? [one, other] : [other, one];
  return (
    [...fewer].every((word) => more.has(word)) &&
    likenessOfContents(one, other) >= defaultThresholds.sameQuestion
  );
}

/** The anchors most like a wording, best first, each question once: for whoever looks for the same in other words. */
export function* alikeTo(text: string, anchors: readonly Anchor[], most: number): Generator<void, string[]> {
  const weighing = yield* createWeighing([text, ...anchors.map((anchor) => anchor.text)]);
  const likenesses = createPostings(
    anchors.map((anchor) => weighing.vector(anchor.text)),
    weighing.size,
  )(weighing.vector(text));
  // Less is a few letters in common.
  const order = anchors.map((_, at) => at).filter((at) => (likenesses[at] ?? 0) >= leastAlike);
  order.sort((one, other) => (likenesses[other] ?? 0) - (likenesses[one] ?? 0) || one - other);
  return [...new Set(order.map((at) => anchors[at]?.question ?? ''))].slice(0, most);
}
