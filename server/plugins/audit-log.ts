import fp from 'fastify-plugin';
import type { Actor, NewAuditEntry } from '../store/audit-log.ts';
import { RefusalError } from './errors.ts';

type Entry = Omit<NewAuditEntry, 'at'>;

export interface AuditLog {
  /** Kept when this resolves: what must not happen unrecorded waits for it, and does not happen if it fails. */
  record(entry: Entry): Promise<void>;
  /**
   * A look at something. Gathered and written within a second, so that no reader waits; the same look again within a
   * few minutes is the same entry.
   * @throws RefusalError unavailable, when so many entries could not be written that no more can be kept
   */
  noteRead(entry: Entry): void;
  /** Writes what has been gathered here, for whoever is to see all of it now. */
  flush(): Promise<void>;
}

declare module 'fastify' {
  interface FastifyInstance {
    auditLog: AuditLog;
  }
}

/** What a person looks at again within this time has been told. */
const sameLookMs = 5 * 60_000;
const writeEveryMs = 1_000;
const writtenAtOnce = 500;
/** Entries that wait for a database which does not take them. Beyond them nobody reads: unrecorded is worse. */
const mostWaiting = 10_000;

/** Keeps the audit log (docs/roles.md): what is done waits for its entry, what is read is gathered. */
export default fp(
  async (app) => {
    const { store, log } = app;
    let waiting: NewAuditEntry[] = [];
    let writing: Promise<void> | null = null;
    /** When each look was told of last. */
    const looks = new Map<string, number>();

    const writeAll = async () => {
      while (waiting.length > 0) {
        const taken = waiting.slice(0, writtenAtOnce);
        await store.auditLog.add(taken);
        waiting = waiting.slice(taken.length);
      }
    };
    const write = (): Promise<void> => {
      writing ??= writeAll().finally(() => {
        writing = null;
      });
      return writing;
    };
    // What a round under way has just missed is taken by the second.
    const flush = () => write().then(write);
    const timer = setInterval(() => {
      const since = Date.now() - sameLookMs;
      for (const [look, at] of looks) if (at < since) looks.delete(look);
      write().catch((error) =>
        log.warn({ err: error, waiting: waiting.length }, 'audit log not written yet'),
      );
    }, writeEveryMs);
    app.addHook('onClose', async () => {
      clearInterval(timer);
      await flush().catch((error) =>
        log.error({ err: error, lost: waiting.length }, 'audit log entries lost'),
      );
    });

    app.decorate('auditLog', {
      record: (entry) => store.auditLog.add([{ at: Date.now(), ...entry }]),
      noteRead(entry) {
        const at = Date.now();
        const look = lookOf(entry);
        const before = looks.get(look);
        if (before !== undefined && at - before < sameLookMs) return;
        if (waiting.length >= mostWaiting) throw new RefusalError('unavailable');
        looks.set(look, at);
        waiting.push({ at, ...entry });
      },
      flush,
    } satisfies AuditLog);
  },
  { name: 'audit-log', dependencies: ['store', 'errors'] },
);

const lookOf = ({ by, action, object, detail }: Entry): string =>
  JSON.stringify([by.agent?.id, action, object?.id, detail]);

/** An agent as the log names them. Addresses are kept of few acts only, and of no look. */
export const actorOf = (agent: { id: string; name: string }, ip: string | null = null): Actor => ({
  agent: { id: agent.id, name: agent.name },
  ip,
});
