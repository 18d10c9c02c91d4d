import { expect } from 'vitest';
import type { Fact } from '../../protocol/conversation.ts';
import type { Figures } from '../../protocol/insights.ts';
import { likenessOfQuestions } from '../../server/domain/policy/same.ts';
import { teamFor } from '../../server/domain/topics.ts';
import type { InsightRules } from '../../server/store/insights-reader.ts';

/** A conversation with all its facts. */
export interface Told {
  readonly id: string;
  readonly siteId: string;
  readonly customerId: string;
  readonly facts: readonly Fact[];
}

const hour = 3_600_000;

/** One visit as docs/insights.md defines it, found by looking through its facts as often as it takes. */
interface PlainVisit {
  readonly told: Told;
  readonly facts: readonly Fact[];
  readonly begunAt: number;
  readonly quietAt: number;
  readonly date: string;
  readonly language: string;
  readonly topic: string;
  readonly questions: readonly string[];
  readonly isHanded: boolean;
  readonly hasEnded: boolean;
}

const talk = (fact: Fact) =>
  !/^(feedback\.given|conversation\.rated|note\.added|answer\.improved|followup\.sent|promise\.)/.test(
    fact.type,
  );
const personComes = (fact: Fact) =>
  fact.type === 'handoff.accepted' ||
  (fact.type === 'handoff.transferred' && fact.to.kind === 'agent') ||
  (fact.type === 'conversation.reopened' && fact.to === 'agent');
const personGoes = (fact: Fact) =>
  fact.type === 'handoff.returned' ||
  fact.type === 'conversation.resolved' ||
  (fact.type === 'handoff.transferred' && fact.to.kind === 'queue');

function standing(facts: readonly Fact[]): string {
  let now = 'bot';
  for (const fact of facts) {
    if (fact.type === 'handoff.requested') now = 'waiting';
    if (fact.type === 'handoff.transferred' && fact.to.kind === 'queue') now = 'waiting';
    if (personComes(fact)) now = 'human';
    if (fact.type === 'handoff.cancelled' || fact.type === 'handoff.returned') now = 'bot';
    if (fact.type === 'conversation.resolved') now = 'resolved';
    if (fact.type === 'conversation.reopened' && fact.to === 'bot') now = 'bot';
  }
  return now;
}

function plainVisits(told: Told, { zone, topics }: InsightRules, now: number): PlainVisit[] {
  const parts: Fact[][] = [];
  for (const fact of told.facts) {
    const last = parts.at(-1);
    const quiet = Math.max(...(last ?? []).filter((one, at) => at === 0 || talk(one)).map(({ at }) => at));
    const stands = standing(last ?? []);
    const isBack =
      fact.by.kind === 'customer' &&
      talk(fact) &&
      (stands === 'resolved'
        ? !(fact.type === 'conversation.reopened' && fact.to === 'agent')
        : stands === 'bot' && fact.at - quiet >= 24 * hour);
    if (last === undefined || isBack) parts.push([fact]);
    else last.push(fact);
  }
  const context = told.facts[0]?.type === 'conversation.started' ? told.facts[0].context : {};
  return parts.map((part, at) => {
    const turns = part.flatMap((fact) => (fact.type === 'answer.started' ? fact.turn : []));
    const elsewhere = parts.flatMap((other) =>
      other === part ? [] : other.flatMap((fact) => (fact.type === 'answer.started' ? fact.turn : [])),
    );
    const facts = [
      ...part.filter((fact) => fact.type !== 'feedback.given' || !elsewhere.includes(fact.turn)),
      ...parts.flatMap((other) =>
        other === part
          ? []
          : other.filter((fact) => fact.type === 'feedback.given' && turns.includes(fact.turn)),
      ),
    ];
    const begunAt = part[0]?.at ?? Number.NaN;
    const quietAt = Math.max(begunAt, ...part.filter(talk).map((fact) => fact.at));
    const questions = part.flatMap((fact, index) => {
      if (fact.type === 'transcript.shared') {
        return fact.lines.flatMap(({ author, text }) => (author === 'customer' ? text : []));
      }
      const before = part.slice(0, index);
      const isPerson = before.findLastIndex(personComes) > before.findLastIndex(personGoes);
      return fact.type === 'message.sent' && fact.by.kind === 'customer' && !isPerson ? fact.text : [];
    });
    const asTurns = questions.slice(0, 30).map((text) => ({ author: 'customer', text }) as const);
    return {
      told,
      facts,
      begunAt,
      quietAt,
      date: new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(begunAt),
      language: (context.language ?? '').split('-')[0]?.toLowerCase() ?? '',
      topic: teamFor(asTurns, topics) ?? '',
      questions,
      isHanded: part.some(
        (fact) => fact.type === 'handoff.requested' || fact.type === 'answer.corrected' || personComes(fact),
      ),
      hasEnded: at < parts.length - 1 || standing(part) === 'resolved' || now - quietAt >= 24 * hour,
    };
  });
}

const verdicts = (facts: readonly Fact[]) =>
  facts.flatMap((fact, at) =>
    fact.type === 'feedback.given' &&
    !facts.slice(at + 1).some((later) => later.type === 'feedback.given' && later.turn === fact.turn)
      ? [fact]
      : [],
  );

/** Every figure from the facts alone, without sums, of the visits that are asked about. Percentiles are exact. */
export function plainFigures(all: readonly Told[], rulesOf: (siteId: string) => InsightRules, now: number) {
  const every = all.flatMap((told) => plainVisits(told, rulesOf(told.siteId), now));
  const back = new Set(every.filter((visit) => isBack(visit, every)));
  return (isAsked: (visit: { siteId: string; date: string; language: string; topic: string }) => boolean) =>
    figuresOf(
      every.filter(({ told, date, language, topic }) =>
        isAsked({ siteId: told.siteId, date, language, topic }),
      ),
      back,
    );
}

const isBack = (visit: PlainVisit, every: readonly PlainVisit[]) =>
  every.some(
    (later) =>
      later.told.customerId === visit.told.customerId &&
      later.begunAt > visit.begunAt &&
      later.begunAt - visit.quietAt <= 72 * hour &&
      visit.questions.some((one) => later.questions.some((other) => likenessOfQuestions(one, other) >= 0.6)),
  );

function figuresOf(visits: readonly PlainVisit[], back: ReadonlySet<PlainVisit>): Figures {
  const count = (is: (visit: PlainVisit) => boolean) => visits.filter(is).length;
  const facts = visits.flatMap((visit) => visit.facts);
  const tally = <T extends string>(keys: readonly T[]) =>
    [...new Set(keys)]
      .map((key) => ({ key, count: keys.filter((one) => one === key).length }))
      .sort((a, b) => b.count - a.count || a.key.localeCompare(b.key));
  const isContained = (visit: PlainVisit) => !visit.isHanded && visit.hasEnded;
  const isDown = ({ facts }: PlainVisit) => verdicts(facts).some(({ verdict }) => verdict === 'down');
  const isOffered = ({ facts }: PlainVisit) =>
    facts.some(({ type }) => type === 'handoff.suggested' || type === 'answer.corrected');
  const signals = (visit: PlainVisit) =>
    visit.isHanded || isOffered(visit)
      ? []
      : visit.facts
          .flatMap((fact) => {
            if (fact.type === 'answer.ended' && fact.outcome === 'failed') return 'bot_failed' as const;
            if (fact.type === 'answer.ended' && fact.outcome === 'unknown') return 'bot_unsure' as const;
            if (fact.type === 'feedback.given') {
              const last = verdicts(visit.facts).find(({ turn }) => turn === fact.turn);
              return last?.verdict === 'down' ? ('downvotes' as const) : [];
            }
            const isJudged = fact.type === 'answer.ended' || fact.type === 'answer.started';
            return isJudged && fact.judged?.reason ? fact.judged.reason : [];
          })
          .slice(0, 1);
  const waits = visits.flatMap(({ facts }) =>
    facts.flatMap((fact, at) => {
      const isEnd =
        personComes(fact) || fact.type === 'handoff.cancelled' || fact.type === 'conversation.resolved';
      const before = facts.slice(0, at);
      const begun = before.findLastIndex(
        (one) =>
          one.type === 'handoff.requested' || (one.type === 'handoff.transferred' && one.to.kind === 'queue'),
      );
      const isOver = before
        .slice(begun + 1)
        .some(
          (one) =>
            personComes(one) || one.type === 'handoff.cancelled' || one.type === 'conversation.resolved',
        );
      if (!isEnd || begun === -1 || isOver) return [];
      return [{ ms: Math.max(0, fact.at - (before[begun]?.at ?? 0)), fact }];
    }),
  );
  const waited = waits
    .filter(({ fact }) => personComes(fact))
    .map(({ ms }) => ms)
    .sort((a, b) => a - b);
  const rank = (share: number) => waited[Math.max(0, Math.ceil(share * waited.length) - 1)] ?? null;
  const rated = visits.flatMap((visit) => {
    const last = visit.facts.findLast((fact) => fact.type === 'conversation.rated');
    return last === undefined
      ? []
      : [{ of: visit.facts.some(personComes) ? 'people' : 'bot', stars: last.rating }];
  });
  const stars = (of: string) =>
    [1, 2, 3, 4, 5].map((stars) => rated.filter((one) => one.of === of && one.stars === stars).length);
  const ended = (outcome: string) =>
    facts.filter((fact) => fact.type === 'answer.ended' && fact.outcome === outcome).length;
  const given = visits.flatMap((visit) => verdicts(visit.facts));
  const missed = visits.flatMap(signals);
  const reasons = facts.flatMap((fact) => (fact.type === 'handoff.requested' ? fact.reason : []));
  return {
    visits: visits.length,
    contained: count(isContained),
    handed: count(({ isHanded }) => isHanded),
    open: count(({ isHanded, hasEnded }) => !isHanded && !hasEnded),
    falselyContained: {
      all: count((visit) => isContained(visit) && (isDown(visit) || back.has(visit))),
      down: count((visit) => isContained(visit) && isDown(visit)),
      back: count((visit) => isContained(visit) && back.has(visit)),
    },
    handoffs: { all: reasons.length, reasons: tally(reasons) },
    person: count(({ facts }) => facts.some(personComes)),
    offered: count(isOffered),
    left: waits.filter(({ fact }) => !personComes(fact) && fact.by.kind === 'customer').length,
    waits: { all: waited.length, p50Ms: rank(0.5), p90Ms: rank(0.9) },
    missed: { all: missed.length, reasons: tally(missed) },
    answers: {
      all: ended('answered') + ended('unknown') + ended('failed'),
      unknown: ended('unknown'),
      failed: ended('failed'),
      up: given.filter(({ verdict }) => verdict === 'up').length,
      down: given.filter(({ verdict }) => verdict === 'down').length,
      downReasons: tally(given.flatMap(({ verdict, reasons }) => (verdict === 'down' ? reasons : []))),
    },
    causes: tally(
      facts.flatMap((fact) =>
        fact.type === 'handoff.returned' || fact.type === 'conversation.resolved' ? (fact.cause ?? []) : [],
      ),
    ),
    ratings: { bot: stars('bot'), people: stars('people') },
  };
}

const isNear = (read: number | null, exact: number | null) =>
  read === exact ||
  (read !== null && exact !== null && Math.abs(read - exact) <= Math.max(500, exact * 0.051));

/** The figures of sums are those of a plain recomputation; percentiles within what buckets can say. */
export function expectSame(read: Figures, plain: Figures, what: string): void {
  const { p50Ms, p90Ms } = read.waits;
  expect(isNear(p50Ms, plain.waits.p50Ms) && isNear(p90Ms, plain.waits.p90Ms), what).toBe(true);
  expect({ ...read, waits: read.waits.all }, what).toEqual({ ...plain, waits: plain.waits.all });
}
