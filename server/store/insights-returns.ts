import { sql } from 'kysely';
import { changeOf, withBack } from '../domain/insights/measures.ts';
import { backWithinMs, cameBack } from '../domain/insights/returns.ts';
import type { Tx } from './database.ts';
import { columnsOf, type KeptVisit, type OtherVisit, type ReadVisit } from './insights-visits.ts';

/** A stretch of time in which a customer's visits matter. */
interface Span {
  from: number;
  to: number;
}

/**
 * Whether customers came back: those of the visits that have been read, and those of earlier visits in other
 * conversations, to which the visits that have been read may be the return.
 * @param before what was known of the same conversations
 */
export async function judgeReturns(
  tx: Tx,
  ids: readonly string[],
  before: readonly KeptVisit[],
  read: readonly ReadVisit[],
): Promise<{ own: ReadVisit[]; others: OtherVisit[] }> {
  const earlier = await othersIn(
    tx,
    ids,
    spansOf([...before, ...read], ({ begunAt }) => ({
      from: begunAt - backWithinMs,
      to: begunAt,
    })),
  );
  const judged = earlier.filter(({ measures }) => measures.contained !== undefined);
  const later = await othersIn(
    tx,
    ids,
    spansOf([...judged, ...read], ({ begunAt, quietAt }) => ({
      from: begunAt,
      to: quietAt + backWithinMs,
    })),
  );
  const known = Map.groupBy([...later, ...read], ({ customerId }) => customerId);
  for (const visits of known.values()) visits.sort(byTime);
  const isBack = (visit: KeptVisit) => cameBack(visit, known.get(visit.customerId) ?? []);
  return {
    own: read.map((visit) => ({ ...visit, measures: withBack(visit.measures, isBack(visit)) })),
    others: judged.flatMap((before) => {
      const measures = withBack(before.measures, isBack(before));
      const isSame = Object.keys(changeOf(before.measures, measures)).length === 0;
      return isSame ? [] : [{ before, now: { ...before, measures } }];
    }),
  };
}

const byTime = (one: KeptVisit, other: KeptVisit) =>
  one.begunAt - other.begunAt ||
  (one.conversationId < other.conversationId ? -1 : Number(one.conversationId > other.conversationId)) ||
  one.visit - other.visit;

/** For each customer the span that covers those of all their visits. */
function spansOf<V extends KeptVisit>(visits: readonly V[], spanOf: (visit: V) => Span): Map<string, Span> {
  const spans = new Map<string, Span>();
  for (const visit of visits) {
    const { from, to } = spanOf(visit);
    const known = spans.get(visit.customerId) ?? { from, to };
    spans.set(visit.customerId, { from: Math.min(known.from, from), to: Math.max(known.to, to) });
  }
  return spans;
}

/** These customers' visits in other conversations that were not over before their span, and began within it. */
async function othersIn(
  tx: Tx,
  ids: readonly string[],
  spans: ReadonlyMap<string, Span>,
): Promise<KeptVisit[]> {
  if (spans.size === 0) return [];
  const { rows } = await sql<KeptVisit>`
    select ${columnsOf} from unnest(${[...spans.keys()]}::uuid[], ${[...spans.values()].map(({ from }) => from)}::bigint[],
        ${[...spans.values()].map(({ to }) => to)}::bigint[]) as span(customer, first, last)
      join insight_visits on customer_id = span.customer and quiet_at >= span.first and begun_at <= span.last
    where conversation_id <> all(${[...ids]}::uuid[])`.execute(tx);
  return rows;
}
