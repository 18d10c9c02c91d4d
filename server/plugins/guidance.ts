import fp from 'fastify-plugin';
import type { CustomerCommand } from '../domain/command.ts';
import type { Asker, FoundGuidance } from '../domain/guidance.ts';
import type { Ownership } from '../store/conversation-row.ts';
import type { LiveGuidance } from '../store/live-guidance.ts';
import type { SiteJudge } from '../store/schema.ts';
import { type Asking, createInOrder, isAsking } from './guidance-asked.ts';
import { type Confirmer, type LookedUp, lookUp, type Matcher, shelved } from './guidance-lookup.ts';

interface Options {
  /** Longest that a question waits for its guidance; without any the bot answers as ever. */
  readonly withinMs: number;
  readonly createMatcher: (input: {
    readonly guidances: readonly Pick<LiveGuidance, 'id' | 'examples'>[];
    readonly traffic: readonly string[];
    readonly unguided: readonly string[];
    readonly falseApply: number;
  }) => Promise<Matcher>;
  /** Made when a site's judge is first needed, and when it is another one. */
  readonly createConfirmer: (judge: SiteJudge) => Confirmer;
}

export interface GuidanceBook {
  /**
   * The guidance that a customer's question is for. It gives none where that cannot be told in time; it never throws.
   * @returns null: there is nothing to wait for
   */
  find(conversation: Ownership, command: CustomerCommand): Promise<FoundGuidance | null> | null;
  /** Reads again what is live, for whoever has just changed it. */
  refresh(): Promise<void>;
}

declare module 'fastify' {
  interface FastifyInstance {
    guidance: GuidanceBook;
  }
}

/** What changes on one server is looked up on every other after this time. */
const readEveryMs = 2_000;
/** Questions behind which the traffic of a site is read again: so many, and this part of what was known. */
const newTraffic = { least: 500, share: 0.1 };

interface Shelf extends LookedUp {
  readonly revision: number;
  /** The settings that the confirmer was made from: its health outlives a change of the guidance. */
  readonly judge: string;
  /** Its examples and the rate: what the matcher was made from. */
  readonly made: string;
  matcher: Matcher | null;
  /** Questions since the traffic was read, and how many that was. */
  asked: number;
  known: number;
}

/**
 * The live guidance of every site, in memory. The database says what is live: it is asked every two seconds whether
 * anything has changed. What is retired, changed or out of scope counts from then on, whatever the index still holds;
 * the index itself is made anew beside it, one site after the other.
 */
export default fp<Options>(
  async (app, { withinMs, createMatcher, createConfirmer }) => {
    const { store, log, bus } = app;
    const shelves = new Map<string, Shelf>();
    const isClosing = new AbortController();
    let indexing: Promise<void> = Promise.resolve();

    const makeIndex = async (siteId: string, made: string) => {
      const shelf = shelves.get(siteId);
      if (shelf === undefined || shelf.made !== made || isClosing.signal.aborted) return;
      const site = await store.sites.byId(siteId);
      if (site === null) return;
      const past = await store.liveGuidance.past(siteId);
      const guidances = [...shelf.live.values()].map(({ id, examples }) => ({ id, examples }));
      const { falseApply } = site.guidance;
      const matcher = await createMatcher({ guidances, ...past, falseApply });
      const now = shelves.get(siteId);
      // Changed meanwhile: another index is on its way, and this one is better than the one before.
      if (now !== undefined) Object.assign(now, { matcher, asked: 0, known: past.traffic.length });
    };
    const index = (siteId: string, made: string) => {
      indexing = indexing.then(() =>
        makeIndex(siteId, made).catch((error) => {
          log.warn({ err: error, siteId }, 'guidance not indexed; tried again with the next change');
          const shelf = shelves.get(siteId);
          // The next look finds it unmade.
          if (shelf?.made === made) shelves.set(siteId, { ...shelf, revision: -1 });
        }),
      );
    };

    const readSite = async (siteId: string, revision: number) => {
      const [found, site] = await Promise.all([store.liveGuidance.ofSite(siteId), store.sites.byId(siteId)]);
      const before = shelves.get(siteId);
      if (before !== undefined && before.revision > revision) return;
      const examples = found.map(({ id, examples }) => [id, examples]);
      const made = JSON.stringify([site?.guidance.falseApply, examples]);
      const isIndexed = before?.made === made && before.matcher !== null;
      const counts = { asked: before?.asked ?? 0, known: before?.known ?? 0 };
      const judge = JSON.stringify(site?.judge ?? null);
      const confirmer =
        before?.judge === judge ? before.confirmer : site?.judge ? createConfirmer(site.judge) : null;
      const shelf = { ...shelved(found), matcher: before?.matcher ?? null, confirmer };
      shelves.set(siteId, { revision, made, judge, ...shelf, ...counts });
      if (!isIndexed && found.length > 0) index(siteId, made);
    };
    const read = async () => {
      const revisions = await store.liveGuidance.revisions();
      for (const siteId of shelves.keys()) if (!revisions.has(siteId)) shelves.delete(siteId);
      for (const [siteId, revision] of revisions) {
        if (shelves.get(siteId)?.revision !== revision) await readSite(siteId, revision);
      }
    };
    const timer = setInterval(() => {
      read().catch((error) => log.debug({ err: error }, 'guidance not read this time'));
    }, readEveryMs);
    app.addHook('onClose', async () => {
      isClosing.abort();
      clearInterval(timer);
      await indexing;
    });
    await read();

    bus.on('committed', ({ conversation, facts }) => {
      const shelf = shelves.get(conversation.siteId);
      if (shelf === undefined || !facts.some(({ type }) => type === 'answer.started')) return;
      shelf.asked += 1;
      if (shelf.asked < newTraffic.least || shelf.asked < shelf.known * newTraffic.share) return;
      shelf.asked = 0;
      index(conversation.siteId, shelf.made);
    });

    const look = async (conversation: Ownership, command: Asking, shelf: Shelf, signal: AbortSignal) => {
      const { id: conversationId, customerId } = conversation;
      const { context, traits, isWithPerson } = await store.liveGuidance.asker(customerId, conversationId);
      if (isWithPerson) return null;
      const text =
        command.name === 'message:send'
          ? command.text
          : await store.liveGuidance.questionOf(customerId, conversationId, command.turn);
      if (text === null) return null;
      const given = command.name === 'message:send' ? command.context : undefined;
      const asker: Asker = { language: (context ?? given)?.language ?? null, traits, now: Date.now() };
      return lookUp(shelf, text, asker, signal);
    };
    const lookInTime = async (conversation: Ownership, command: Asking, shelf: Shelf) => {
      const late = Promise.withResolvers<never>();
      const signal = AbortSignal.timeout(withinMs);
      signal.addEventListener('abort', () => late.reject(signal.reason), { once: true });
      try {
        return await Promise.race([look(conversation, command, shelf, signal), late.promise]);
      } catch (error) {
        log.warn(
          { err: error, conversationId: conversation.id },
          'guidance not looked up in time; the bot answers as ever',
        );
        return null;
      }
    };
    const inOrder = createInOrder();

    app.decorate('guidance', {
      find(conversation, command) {
        const shelf = shelves.get(conversation.siteId);
        const isLooked = shelf !== undefined && shelf.live.size > 0 && isAsking(command);
        const found = isLooked ? lookInTime(conversation, command, shelf) : null;
        return inOrder.after(conversation.id, found);
      },
      refresh: read,
    } satisfies GuidanceBook);
  },
  { name: 'guidance', dependencies: ['store', 'bus'] },
);
