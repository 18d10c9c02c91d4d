import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { Fact } from '../../protocol/conversation.ts';
import type { CustomerContext } from '../../protocol/message.ts';
import { type Conversation, unstarted } from '../../server/domain/conversation.ts';
import { decide } from '../../server/domain/decide.ts';
import { evolve } from '../../server/domain/evolve.ts';
import { emptySummary, type Summary, summarise } from '../../server/domain/summary.ts';
import { toRow } from '../../server/store/conversation-row.ts';
import type { Database } from '../../server/store/database.ts';
import { cid } from '../domain/arbitraries.ts';
import { type Site, type Step, story } from '../domain/moves.ts';

export interface VisitStory {
  readonly id: string;
  readonly siteId: string;
  readonly customerId: string;
  readonly facts: readonly Fact[];
}

const hour = 3_600_000;
/** What customers come back with; the second asks the same as the first. */
const questions = [
  'How do I change my postal address?',
  'My postal address, how is it changed?',
  'Where is my new card?',
  'Why was a transfer fee charged?',
];
const languages = ['de-AT', 'de', 'en-GB', undefined];
const pauses = [0, 0, 0, 0, 0, 0, 3, 20, 26, 70, 100];

/**
 * Random stories of conversations over some weeks, with pauses of hours and days in them, and customers who come again.
 * The same seed tells the same stories, but for ids.
 */
export function visitStories(
  seed: number,
  count: number,
  { siteIds, startAt }: { readonly siteIds: readonly string[]; readonly startAt: number },
): VisitStory[] {
  const told = fc.sample(
    fc.record({
      story,
      siteId: fc.constantFrom(...siteIds),
      customer: fc.nat(Math.max(1, Math.floor(count / 3))),
      question: fc.constantFrom(...questions),
      language: fc.constantFrom(...languages),
      startsIn: fc.nat(24 * 20),
      pauses: fc.array(fc.constantFrom(...pauses), { minLength: 60, maxLength: 60 }),
      rating: fc.integer({ min: 1, max: 5 }),
    }),
    { numRuns: count, seed },
  );
  const customers = new Map<string, string>();
  return told.map(
    ({ story: { steps, site }, siteId, customer, question, language, startsIn, pauses, rating }) => {
      const key = `${siteId} ${customer}`;
      const customerId = customers.get(key) ?? randomUUID();
      customers.set(key, customerId);
      const first = said(question, language === undefined ? {} : { language });
      const last = { ...first, move: () => rate(rating) };
      const all = [first, ...steps, last];
      return {
        id: randomUUID(),
        siteId,
        customerId,
        facts: play(all, site, startAt + startsIn * hour, pauses),
      };
    },
  );
}

const said = (text: string, context: CustomerContext): Step => ({
  move: () => ({ from: 'customer', command: { name: 'message:send', cid, text, context } }),
  afterMs: 0,
  partialText: '',
  isLastAgentOnline: false,
});
const rate = (rating: number) =>
  ({ from: 'customer', command: { name: 'conversation:rate', cid, rating, comment: '' } }) as const;

function play(steps: readonly Step[], site: Site, startAt: number, pauses: readonly number[]): Fact[] {
  let state: Conversation = unstarted;
  let now = startAt;
  const facts: Fact[] = [];
  steps.forEach(({ move, afterMs, partialText, isLastAgentOnline }, at) => {
    now += afterMs + (pauses[at] ?? 0) * hour;
    const decision = decide(state, move(state, now), { now, partialText, isLastAgentOnline, ...site });
    if (!decision.ok) return;
    facts.push(...decision.facts);
    state = decision.state;
  });
  return facts;
}

/** Puts the conversations into a database as if they had come about there, each up to so many of its facts. */
export async function putStories(
  db: Database,
  stories: readonly VisitStory[],
  most: (story: VisitStory) => number = ({ facts }) => facts.length,
): Promise<void> {
  const told = stories.map((story) => ({ ...story, facts: story.facts.slice(0, most(story)) }));
  const rows = told.map(({ id, siteId, customerId, facts }) => {
    let state: Conversation = unstarted;
    for (const fact of facts) state = evolve(state, fact);
    const beganAt = facts[0]?.at ?? 0;
    const summary: Summary = summarise(emptySummary(beganAt), facts, state, 0);
    return { ...toRow({ id, siteId, customerId, state, summary }), created_at: beganAt };
  });
  await db
    .insertInto('customers')
    .values(
      told.map(({ customerId: id, siteId }) => ({
        id,
        site_id: siteId,
        secret_hash: Buffer.from(''),
        created_at: 0,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  // Written once and then overtaken: what became of each later is among its facts alone.
  await db
    .insertInto('conversations')
    .values(rows)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(({ ref }) => ({ seq: ref('excluded.seq') })))
    .execute();
  const facts = told.flatMap(({ id, facts }) => facts.map((fact) => ({ id, fact })));
  for (let from = 0; from < facts.length; from += 5_000) {
    await db
      .insertInto('facts')
      .values(
        facts.slice(from, from + 5_000).map(({ id, fact }) => ({
          conversation_id: id,
          seq: fact.seq,
          type: fact.type,
          at: fact.at,
          body: JSON.stringify(fact),
        })),
      )
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}
