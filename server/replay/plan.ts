import { setImmediate } from 'node:timers/promises';
import { redact, type Tally } from '../domain/export/redact.ts';
import { sameWords } from '../domain/guidance.ts';
import { lookUp } from '../plugins/guidance-lookup.ts';
import type { LiveGuidance } from '../store/live-guidance.ts';
import type { PastQuestion } from '../store/replay-cases.ts';
import type { PlannedQuestion } from '../store/replays.ts';
import { askerFor, type Prepared, type ReplayWorld } from './prepare.ts';

/** Neighbours of a guidance that are found among past questions. */
const mostFound = 5;
/** How many are looked at for them, where a judging model is asked for each. */
const mostLookedAt = 15;
/** Most questions of a run: beyond that a bot would be asked all day, and nobody could read what came of it. */
const mostQuestions = 5_000;
const lettersOfPast = { least: 8, most: 300 };
const lookWithinMs = 10_000;
const sliceMs = 10;

interface Near extends PastQuestion {
  readonly score: number;
}

/**
 * The questions of a run: of each guidance its examples and what people added, then its neighbours. Those that were found
 * for the run before stay: else each run would choose such as it does not change.
 * @returns what fits into one run, and a word on what does not
 */
export async function planQuestions(
  world: ReplayWorld,
  prepared: Prepared,
  signal: AbortSignal,
): Promise<{ questions: PlannedQuestion[]; problem: string | null }> {
  const { store } = world;
  const { site, tried } = prepared;
  const [past, before] = await Promise.all([
    store.replayCases.past(site.id),
    store.replays.lastNeighbours(
      site.id,
      tried.map(({ id }) => id),
    ),
  ]);
  const near = await nearest(prepared, past, signal);
  const questions: PlannedQuestion[] = [];
  let leftOut = 0;
  for (const one of tried) {
    const own = await questionsOf(prepared, one, before.get(one.id) ?? [], near.get(one.id) ?? [], signal);
    if (questions.length + own.length > mostQuestions) leftOut += 1;
    else questions.push(...own);
  }
  const problem = leftOut === 0 ? null : `${leftOut} of ${tried.length} guidances did not fit into one run`;
  return { questions, problem };
}

async function questionsOf(
  prepared: Prepared,
  { id, version, examples, scope }: LiveGuidance,
  before: readonly PastQuestion[],
  near: readonly Near[],
  signal: AbortSignal,
): Promise<PlannedQuestion[]> {
  const kept = prepared.cases.get(id);
  const seen = new Set<string>();
  const isNew = (text: string) => {
    const words = sameWords(text);
    if (seen.has(words)) return false;
    seen.add(words);
    return true;
  };
  const row = (kind: PlannedQuestion['kind'], question: string, conversationId: string | null = null) => ({
    guidance_id: id,
    version,
    kind,
    question,
    conversation_id: conversationId,
  });
  const must = [...examples, ...(kept?.questions ?? [])].filter(isNew).map((text) => row('must_get', text));
  const added = (kept?.neighbours ?? []).filter(isNew).map((text) => row('neighbour', text));
  const found: PlannedQuestion[] = [];
  for (const { text, conversationId } of before.filter(isHarmless)) {
    if (found.length < mostFound && isNew(text)) found.push(row('neighbour', text, conversationId));
  }
  const asker = askerFor(scope, Date.now());
  for (const { text, conversationId } of near.slice(0, mostLookedAt)) {
    if (found.length >= mostFound) break;
    if (!isNew(text)) continue;
    // What the judging model confirms gets the guidance, and rightly so as far as anybody can tell.
    const within = AbortSignal.any([signal, AbortSignal.timeout(lookWithinMs)]);
    const got = await lookUp(prepared.lookedUp, text, asker, within);
    if (got?.applied.id !== id) found.push(row('neighbour', text, conversationId));
  }
  return [...must, ...added, ...found];
}

/** Past questions that come next to each guidance without getting it, the nearest first. */
async function nearest(
  { lookedUp: { matcher }, tried }: Prepared,
  past: readonly PastQuestion[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly Near[]>> {
  const near = new Map<string, Near[]>(tried.map(({ id }) => [id, []]));
  const seen = new Set<string>();
  let since = performance.now();
  for (const one of past) {
    // Each look is short, and thousands of them are not: everything else in this process goes on between.
    if (performance.now() - since > sliceMs) {
      await setImmediate();
      signal.throwIfAborted();
      since = performance.now();
    }
    const words = sameWords(one.text);
    if (seen.has(words) || !isHarmless(one)) continue;
    seen.add(words);
    const match = await matcher?.match(one.text, () => true, signal);
    if (match === null || match === undefined || match.isApplied) continue;
    near.get(match.id)?.push({ ...one, score: match.score });
  }
  for (const list of near.values()) list.sort((one, other) => other.score - one.score);
  return near;
}

/** A question that says nothing of who asked it, and is one at all. */
function isHarmless({ text }: PastQuestion): boolean {
  const { least, most } = lettersOfPast;
  if (text.length < least || text.length > most) return false;
  const tally: Tally = {};
  redact(text, tally);
  return Object.keys(tally).length === 0;
}
