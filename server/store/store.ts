import { sql } from 'kysely';
import { createAgents } from './agents.ts';
import { createAuditLog } from './audit-log.ts';
import { createBotSessions } from './bot-sessions.ts';
import { createCanned } from './canned.ts';
import { createColleagues } from './colleagues.ts';
import { createCommits } from './commits.ts';
import { createConversations } from './conversations.ts';
import { createCustomers } from './customers.ts';
import type { Connections } from './database.ts';
import { createDeskViews } from './desk-views.ts';
import { createErasures } from './erasures.ts';
import { createExportSchedules } from './export-schedules.ts';
import { createExportedFacts } from './exported-facts.ts';
import { createExports } from './exports.ts';
import { createFeedback } from './feedback.ts';
import { createFiles } from './files.ts';
import { createGuidance } from './guidance.ts';
import { createGuidanceChanges } from './guidance-changes.ts';
import { createIdentities } from './identities.ts';
import { createInsights } from './insights.ts';
import { createInsightsReader } from './insights-reader.ts';
import { createInvitations } from './invitations.ts';
import { createLiveGuidance } from './live-guidance.ts';
import { createMentions } from './mentions.ts';
import { createNotifications } from './notifications.ts';
import { createPeople } from './people.ts';
import { createPresence } from './presence.ts';
import { createPromises } from './promises.ts';
import { createProofMaterial } from './proof-material.ts';
import { createProofWarnings } from './proof-warnings.ts';
import { createProofs } from './proofs.ts';
import { createQueueHistory } from './queue-history.ts';
import { createReceipts } from './receipts.ts';
import { createReplayCases } from './replay-cases.ts';
import { createReplayReports } from './replay-reports.ts';
import { createReplays } from './replays.ts';
import { createRouting } from './routing.ts';
import { createSearch } from './search.ts';
import { createSites } from './sites.ts';
import { createUsedCodes } from './used-codes.ts';
import { createWeakChanges } from './weak-changes.ts';
import { createWeakQuestions } from './weak-questions.ts';
import { createWeakReader } from './weak-reader.ts';
import { createWeakReceipts } from './weak-receipts.ts';
import { createWebhookCursors } from './webhook-cursors.ts';
import { createWebhookDeliveries } from './webhook-deliveries.ts';
import { createWebhooks } from './webhooks.ts';

/** A database that is frozen keeps its connections: only the clock tells. */
const pingMs = 2_000;

/** Everything that is kept, in the words of the domain. SQL lives behind it and nowhere else. */
export function createStore({ db, pool, commits }: Connections) {
  return {
    db,
    commits: createCommits(commits),
    sites: createSites(db),
    customers: createCustomers(db),
    identities: createIdentities(db),
    agents: createAgents(db),
    presence: createPresence(db),
    people: createPeople(db),
    usedCodes: createUsedCodes(db),
    invitations: createInvitations(db),
    auditLog: createAuditLog(db),
    conversations: createConversations(db),
    botSessions: createBotSessions(db),
    feedback: createFeedback(db),
    exportedFacts: createExportedFacts(db),
    erasures: createErasures(db),
    exports: createExports(db),
    exportSchedules: createExportSchedules(db),
    files: createFiles(db),
    guidance: createGuidance(db),
    guidanceChanges: createGuidanceChanges(db),
    liveGuidance: createLiveGuidance(db),
    replayCases: createReplayCases(db),
    replays: createReplays(db),
    replayReports: createReplayReports(db),
    queueHistory: createQueueHistory(db),
    routing: createRouting(db),
    notifications: createNotifications(db),
    webhooks: createWebhooks(db),
    webhookCursors: createWebhookCursors(db),
    webhookDeliveries: createWebhookDeliveries(db),
    promises: createPromises(db),
    receipts: createReceipts(db),
    canned: createCanned(db),
    colleagues: createColleagues(db),
    mentions: createMentions(db),
    search: createSearch(db),
    weakQuestions: createWeakQuestions(db),
    weakChanges: createWeakChanges(db),
    weakReader: createWeakReader(db),
    weakReceipts: createWeakReceipts(db),
    insights: createInsights(db),
    insightsReader: createInsightsReader(db),
    proofs: createProofs(db),
    proofMaterial: createProofMaterial(db),
    proofWarnings: createProofWarnings(db),
    deskViews: createDeskViews(db),
    /**
     * For pg-boss, which brings its own SQL; on our connections, so that it needs none besides. Some of it opens a
     * transaction and closes it in one text: where that breaks in the middle the connection is thrown away, as the next
     * one to use it would find itself in an aborted transaction.
     */
    async executeSql(text: string, values?: unknown[]) {
      const client = await pool.connect();
      try {
        const result = await client.query(text, values);
        client.release();
        return result;
      } catch (error) {
        client.release(true);
        throw error;
      }
    },
    /** Throws when the database does not answer, or not in time. */
    async ping(): Promise<void> {
      const late = Promise.withResolvers<never>();
      const timer = setTimeout(() => late.reject(new Error('the database does not answer in time')), pingMs);
      await Promise.race([sql`select 1`.execute(db), late.promise]).finally(() => clearTimeout(timer));
    },
    /** The value kept under this key; the first caller on any node makes it, all others get the same. */
    async setting(key: string, make: () => string): Promise<string> {
      const value = make();
      await db
        .insertInto('settings')
        .values({ key, value })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      const row = await db
        .selectFrom('settings')
        .select('value')
        .where('key', '=', key)
        .executeTakeFirstOrThrow();
      return row.value;
    },
    async close(): Promise<void> {
      await Promise.all([db.destroy(), commits.end()]);
    },
  };
}

export type Store = ReturnType<typeof createStore>;
