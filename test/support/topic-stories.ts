import { randomUUID } from 'node:crypto';
import type { GuidanceContent } from '../../protocol/guidance.ts';
import type { FoundGuidance } from '../../server/domain/guidance.ts';
import type { GuidanceAct, GuidanceChanges } from '../../server/store/guidance-changes.ts';
import { customer, play, server } from './visit-scenes.ts';
import type { VisitStory } from './visit-stories.ts';

const cid = '0198c0de-0000-7000-8000-000000000001';

/** Conversations of one question each, between two times. */
export interface TopicTold {
  readonly siteId: string;
  readonly question: string;
  readonly count: number;
  readonly from: number;
  readonly to: number;
  /** The first so many get a thumb down. */
  readonly down?: number;
  /** The first so many ask for a person next. */
  readonly toPeople?: number;
  /** The first so many come back the next day. */
  readonly back?: number;
  /** What was given to all of them. */
  readonly guidance?: FoundGuidance;
}

/** Customers who ask the same, evenly over the time, and what came of it. */
export function topicStories(told: TopicTold): VisitStory[] {
  const { siteId, question, count, from, to, down = 0, toPeople = 0, back = 0, guidance } = told;
  return Array.from({ length: count }, (_, at) => at).flatMap((at) => {
    const customerId = randomUUID();
    const askedAt = from + Math.floor(((to - from) * (at + 0.5)) / count);
    const story = (startAt: number, isDown: boolean, wantsPerson: boolean): VisitStory => ({
      id: randomUUID(),
      siteId,
      customerId,
      facts: play(
        startAt,
        (act) => {
          act(0, customer({ name: 'message:send', cid, text: question, context: { language: 'en' } }));
          const said = { turn: 1, outcome: 'answered', text: 'Soon.', sources: [], failure: null } as const;
          act(1_000, server({ name: 'answer:end', ...said, handoff: null }));
          const why = { reasons: ['wrong' as const], comment: '' };
          if (isDown) act(9_000, customer({ name: 'feedback:give', cid, turn: 1, verdict: 'down', ...why }));
          if (!wantsPerson) return;
          act(20_000, customer({ name: 'handoff:request', cid }));
          act(60_000, customer({ name: 'handoff:cancel', cid }));
        },
        guidance,
      ),
    });
    const first = story(askedAt, at < down, at < toPeople);
    return at < back ? [first, story(askedAt + 24 * 3_600_000, false, false)] : [first];
  });
}

/** Guidance that was approved then. @returns its id */
export async function liveSince(
  changes: GuidanceChanges,
  siteId: string,
  at: number,
  content: Partial<GuidanceContent>,
  origin: GuidanceAct['origin'] = null,
): Promise<string> {
  const written = { kind: 'answer' as const, text: 'Within five days.', examples: [], scope: {}, ...content };
  const changed = await changes.add(
    siteId,
    [
      { name: 'write', base: 0, content: written },
      { name: 'propose', version: 1 },
      { name: 'approve', version: 1 },
    ],
    { ...byAda, at, reason: '', origin },
  );
  if (typeof changed === 'string') throw new Error(changed);
  return changed.id;
}

export const byAda = {
  by: { id: 'ada', name: 'Ada' },
  actor: { agent: { id: 'ada', name: 'Ada' }, ip: null },
} as const satisfies Pick<GuidanceAct, 'by' | 'actor'>;
