import { setTimeout as sleep } from 'node:timers/promises';
import { idsByWords, isInScope, sameWords } from '../../domain/guidance.ts';
import { compare, countsOf, keyOf } from '../../domain/proof/cases.ts';
import { backWithinMs, type Windows, windowsOf } from '../../domain/proof/stretches.ts';
import { judge } from '../../domain/proof/verdict.ts';
import { createMatcher, type Matcher } from '../../retrieval/matcher.ts';
import type { LiveGuidance } from '../../store/live-guidance.ts';
import type { OpenStretch, Question } from '../../store/proof-material.ts';
import type { Store } from '../../store/store.ts';

/** More questions would only cost time: shares of a part of the customers are as good. */
const mostQuestions = 20_000;
/** Stretches of work, and how many times as long the process rests behind each: customers go first. */
const [sliceMs, restShare] = [10, 3];
/** A guidance that is changed and taken back all day has this many of its stretches measured, the newest. */
const mostLayers = 10;

/** What was said is read a moment later; what is older than this and unread has been missed. */
const readWithinMs = 10 * 60_000;

/** Guidance that is looked up together, and which stretches of it are measured so. */
interface Layer {
  readonly guidances: readonly LiveGuidance[];
  readonly measured: readonly OpenStretch[];
}

/**
 * Makes the proofs of a site: what each stretch of its guidance that is not over changed on its topic.
 *
 * The topic of a stretch is every question that it would get by what is live now, at the threshold that holds now, be it
 * before or after: one yardstick for both, and blind to what came of the answers. What was really given does not matter
 * for that; it is counted beside it. A stretch that has ended is looked up as if it were still live.
 * @returns whether all of the past was there for it: only then anybody is warned
 * @throws the signal's reason
 */
export async function measureSite(
  store: Store,
  siteId: string,
  now: number,
  signal: AbortSignal,
): Promise<boolean> {
  const open = await store.proofMaterial.open(siteId, now);
  const site = await store.sites.byId(siteId);
  if (open.length === 0 || site === null) return false;
  const windows = new Map(open.map((one) => [one, windowsOf(one.stretch, now)]));
  const span = {
    from: Math.min(...[...windows.values()].map(({ before }) => before.from)),
    to: Math.max(...[...windows.values()].map(({ after }) => after.to)) + backWithinMs,
  };
  const [{ questions, sampled }, past, live] = await Promise.all([
    store.proofMaterial.asked(siteId, span, mostQuestions),
    store.liveGuidance.past(siteId),
    store.liveGuidance.ofSite(siteId),
  ]);
  const isOver = ({ finalAt }: Windows) => now >= finalAt;
  // What is final is not measured again: not while part of the past is unread.
  const isRead = await store.proofMaterial.isRead(siteId, now - readWithinMs);
  for (const { guidances, measured } of layersOf(live, open)) {
    const { falseApply } = site.guidance;
    // By words alone: the meaning of so many questions would take minutes, and what counts is one yardstick for both.
    const matcher = await createMatcher({ guidances, ...past, falseApply });
    const topics = await topicsOf(guidances, matcher, questions, signal);
    for (const one of measured) {
      const own = windows.get(one);
      if (own === undefined) continue;
      const isFinal = isRead && isOver(own);
      await saveProof(store, siteId, one, own, { questions, sampled, topics, now, isFinal });
    }
  }
  return isRead;
}

/** What is live; then what has ended, each stretch of a guidance in a layer of its own with the others as they are. */
function layersOf(live: readonly LiveGuidance[], open: readonly OpenStretch[]): Layer[] {
  const ended = Map.groupBy(
    open.filter(({ isLive }) => !isLive),
    ({ id }) => id,
  );
  const layers: Layer[] = [{ guidances: live, measured: open.filter(({ isLive }) => isLive) }];
  for (let at = 1; at <= mostLayers; at += 1) {
    const measured = [...ended.values()].flatMap((stretches) => stretches.at(-at) ?? []);
    if (measured.length === 0) break;
    const ids = new Set(measured.map(({ id }) => id));
    layers.push({ guidances: [...live.filter(({ id }) => !ids.has(id)), ...measured], measured });
  }
  return layers.filter(({ measured }) => measured.length > 0);
}

/** The guidance that each question would get, if any. */
async function topicsOf(
  guidances: readonly LiveGuidance[],
  matcher: Matcher,
  questions: readonly Question[],
  signal: AbortSignal,
): Promise<ReadonlyMap<Question, string>> {
  const byWords = idsByWords(guidances);
  const scopes = new Map(
    guidances.map(({ id, scope: { languages, traits } }) => [id, { languages, traits }]),
  );
  const topics = new Map<Question, string>();
  let since = performance.now();
  for (const question of questions) {
    const { text, language, traits, askedAt } = question;
    const isEligible = (id: string) => {
      const { languages, traits: wanted } = scopes.get(id) ?? {};
      const scope = { ...(languages && { languages }), ...(wanted && { traits: wanted }) };
      return isInScope(scope, { language, traits, now: askedAt });
    };
    const same = byWords.get(sameWords(text))?.find(isEligible);
    const match = same === undefined ? await matcher.match(text, isEligible, signal) : null;
    const id = same ?? (match?.isApplied === true ? match.id : undefined);
    if (id !== undefined) topics.set(question, id);
    const took = performance.now() - since;
    if (took < sliceMs) continue;
    await sleep(restShare * took, undefined, { signal });
    since = performance.now();
  }
  return topics;
}

async function saveProof(
  store: Store,
  siteId: string,
  one: OpenStretch,
  windows: Windows,
  of: {
    readonly questions: readonly Question[];
    readonly sampled: number;
    readonly topics: ReadonlyMap<Question, string>;
    readonly now: number;
    readonly isFinal: boolean;
  },
): Promise<void> {
  const { questions, sampled, topics, now, isFinal } = of;
  const isOnTopic = (question: Question) => topics.get(question) === one.id;
  const leftOut = takenFrom(one, questions);
  const { before, after, left } = compare(questions, isOnTopic, leftOut, windows, now);
  const counted = {
    windows: { before: windows.before, after: windows.after },
    before: countsOf(before),
    after: countsOf(after),
    given: after.filter((one_) => one_.questions.some(({ guidance }) => isThis(one, guidance))).length,
    leftOut: left,
    sampled,
  };
  await store.proofs.save(
    {
      guidance_id: one.id,
      stretch: one.stretch.seq,
      site_id: siteId,
      version: one.version,
      kind: one.kind,
      from_at: one.stretch.from,
      until_at: one.stretch.until,
      counted,
      verdict: judge(one.kind, counted.before, counted.after).verdict,
      measured_at: now,
      is_final: isFinal,
    },
    before,
    after,
  );
}

const isThis = ({ id, version }: OpenStretch, given: Question['guidance']) =>
  given !== null && given.id === id && given.version === version;

/**
 * Keys of the questions that a guidance was made from: those that are known, and for every other example the last
 * question in its words before it was written.
 */
function takenFrom(one: OpenStretch, questions: readonly Question[]): ReadonlySet<string> {
  const keys = new Set(one.origins);
  const known = new Set(
    questions.filter((question) => keys.has(keyOf(question))).map(({ text }) => sameWords(text)),
  );
  const wanted = new Map<string, number>();
  for (const [example, at] of one.writtenAt) {
    const words = sameWords(example);
    if (words !== '' && !known.has(words)) wanted.set(words, at);
  }
  for (const question of questions.toReversed()) {
    const words = sameWords(question.text);
    const writtenAt = wanted.get(words);
    if (writtenAt === undefined || question.askedAt >= writtenAt) continue;
    keys.add(keyOf(question));
    wanted.delete(words);
  }
  return keys;
}
