import type { Database } from './database.ts';

/** An app's code holds for its half minute and those beside it; longer than that it opens nothing anyway. */
const holdsForMs = 5 * 60_000;

/** Codes of authenticator apps count once, on whichever node. */
export function createUsedCodes(db: Database) {
  return {
    /** Uses up a code that is right. @returns false if it was used before: whoever read it along the way gets no further */
    async use(agentId: string, code: string, now: number): Promise<boolean> {
      await db
        .deleteFrom('used_codes')
        .where('agent_id', '=', agentId)
        .where('used_at', '<', now - holdsForMs)
        .execute();
      const row = await db
        .insertInto('used_codes')
        .values({ agent_id: agentId, code, used_at: now })
        .onConflict((conflict) => conflict.doNothing())
        .returning('code')
        .executeTakeFirst();
      return row !== undefined;
    },
  };
}

export type UsedCodes = ReturnType<typeof createUsedCodes>;
