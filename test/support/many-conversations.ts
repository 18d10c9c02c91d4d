import { sql } from 'kysely';
import { unstarted } from '../../server/domain/conversation.ts';
import type { Site } from '../../server/store/sites.ts';
import type { Store } from '../../server/store/store.ts';

/** Puts so many resolved conversations of one line each into a site, all in one statement; their lines are searchable. */
export async function addConversations(
  server: { readonly store: Store },
  site: Site,
  count: number,
): Promise<void> {
  const { db, customers } = server.store;
  const { customerId } = await customers.create(site.id);
  const state = {
    ...unstarted,
    seq: 2,
    status: 'resolved',
    by: { kind: 'customer' },
    at: 0,
    outcome: 'solved',
  };
  const at = sql`(${Date.now()}::bigint - n * 60000)`;
  await sql`
    with made as (
      insert into conversations (id, site_id, customer_id, state, seq, status, created_at, topic, last_text, last_author,
        last_at, priority, downvotes, context, resolved_at)
      select gen_random_uuid(), ${site.id}, ${customerId}, jsonb_set(${JSON.stringify(state)}::jsonb, '{at}', to_jsonb(${at})),
        2, 'resolved', ${at}, 'Question ' || n || ' about a transfer', 'Question ' || n || ' about a transfer', 'customer',
        ${at}, 'normal', 0, '{}', ${at}
      from generate_series(1, ${count}::int) as n returning id, topic, created_at),
    began as (
      insert into facts select id, 1, 'conversation.started', created_at, jsonb_build_object('type', 'conversation.started',
        'seq', 1, 'at', created_at, 'by', jsonb_build_object('kind', 'customer'), 'context', '{}'::jsonb) from made)
    insert into facts select id, 2, 'message.sent', created_at, jsonb_build_object('type', 'message.sent', 'seq', 2,
      'at', created_at, 'by', jsonb_build_object('kind', 'customer'), 'cid', gen_random_uuid(), 'text', topic) from made`.execute(
    db,
  );
  for (let last: string | null = null; ; ) {
    const unread = await server.store.search.unread(last, 1_000);
    if (unread === null) return;
    await server.store.search.read(unread.ids);
    last = unread.last;
  }
}
