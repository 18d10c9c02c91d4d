import { createHash } from 'node:crypto';
import fp from 'fastify-plugin';
import { PgBoss } from 'pg-boss';

export interface Job<T> {
  readonly data: T;
  /** 1 for the first try. */
  readonly attempt: number;
  /** Fails for good if this attempt does. */
  readonly isLast: boolean;
  /** Aborts when its time is over, or the server stops. */
  readonly signal: AbortSignal;
}

export interface PlannedJob<T> {
  /** UUID. A job is planned once: the same id again changes nothing, whichever process says it. */
  readonly id: string;
  readonly data: T;
  /** Epoch ms; what has passed is done at once. */
  readonly dueAt: number;
}

/**
 * Work that is due later, kept in PostgreSQL: it outlives this process, and each job is done by one process. A job whose
 * process died is done again by another, so what it does must bear being done twice.
 */
export interface Jobs {
  /**
   * Takes on this kind of work. What throws is tried again, `retries` times, each time twice as late.
   * @param atOnce how many of this process look for it: work that takes long holds up no other of its kind then
   * @throws when the queue cannot be made
   */
  work<T extends object>(
    kind: string,
    retries: number,
    handle: (job: Job<T>) => Promise<void>,
    atOnce?: number,
  ): Promise<void>;
  /** @throws when the database is away; nothing is planned then */
  plan<T extends object>(kind: string, jobs: readonly PlannedJob<T>[]): Promise<void>;
}

declare module 'fastify' {
  interface FastifyInstance {
    jobs: Jobs;
  }
}

/** The id of what these say, the same on every node: a UUID of version 8, made of a hash. */
export function jobIdOf(...parts: readonly (string | number)[]): string {
  const hex = createHash('sha256').update(parts.join(' ')).digest('hex');
  const head = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`];
  return [...head, hex.slice(20, 32)].join('-');
}

/** A job that takes longer is taken for dead, and done again. */
const jobWithinSeconds = 60;
const firstRetrySeconds = 5;
/** Each process looks for due work this often; what it plans itself for now it does at once. */
const pollSeconds = 2;
const batchSize = 20;
/** Work under way may take this long once the server stops; what is left is done by another process, or the next. */
const stopWithinMs = 5_000;
const dayS = 24 * 60 * 60;
/** While PostgreSQL is away every look fails: one line of log in this time says it. */
const complainEveryMs = 60_000;

/**
 * pg-boss on the store's own connections, in its own schema. No cron, no LISTEN, no job graphs: what it costs while
 * nothing happens is one short question every two seconds, and a little each minute.
 */
export default fp(
  async (app) => {
    const { store, log } = app;
    const boss = new PgBoss({
      db: { executeSql: store.executeSql },
      schema: 'pgboss',
      schedule: false,
      registerInstance: false,
      flowIntervalSeconds: 60 * 60,
      superviseIntervalSeconds: 60,
    });
    let complainedAt = 0;
    // Without a listener its first failed question would end the process.
    boss.on('error', (error) => {
      if (Date.now() - complainedAt < complainEveryMs) return;
      complainedAt = Date.now();
      log.warn({ err: error }, 'jobs wait: the database does not answer as it should');
    });
    boss.on('warning', ({ message }) => log.info({ pgboss: message }, 'job queue'));
    app.addHook('onClose', () => boss.stop({ graceful: true, timeout: stopWithinMs }));
    // Tried again: another server may be making the schema at this moment.
    await boss.start({ attempts: 3 }).catch((error: unknown) => {
      throw explained(error);
    });

    const workers = new Map<string, string>();
    const wake = (kind: string) => {
      const worker = workers.get(kind);
      if (worker !== undefined) boss.notifyWorker(worker);
    };

    app.decorate('jobs', {
      async work<T extends object>(
        kind: string,
        retries: number,
        handle: (job: Job<T>) => Promise<void>,
        atOnce = 1,
      ) {
        const options = {
          retryLimit: retries,
          retryDelay: firstRetrySeconds,
          retryBackoff: true,
          expireInSeconds: jobWithinSeconds,
          deleteAfterSeconds: dayS,
        };
        await boss.createQueue(kind, options);
        // One that an earlier version made has that version's options.
        await boss.updateQueue(kind, options);
        const worker = await boss.work<T, unknown, { perJobResults: true; includeMetadata: true }>(
          kind,
          {
            perJobResults: true,
            includeMetadata: true,
            batchSize,
            localConcurrency: atOnce,
            burstWhenBatchFull: true,
            pollingIntervalSeconds: pollSeconds,
          } as { perJobResults: true; includeMetadata: true },
          (jobs) =>
            Promise.all(
              jobs.map(async ({ id, data, retryCount, retryLimit, signal }) => {
                const attempt = retryCount + 1;
                try {
                  await handle({ data, attempt, isLast: retryCount >= retryLimit, signal });
                  return { id, status: 'completed' } as const;
                } catch (error) {
                  log.warn({ err: error, job: kind, attempt }, 'job failed');
                  return { id, status: 'failed', output: { message: String(error) } } as const;
                }
              }),
            ),
        );
        workers.set(kind, worker);
      },

      async plan(kind, jobs) {
        if (jobs.length === 0) return;
        await boss.insert(
          kind,
          jobs.map(({ id, data, dueAt }) => ({ id, data, startAfter: new Date(dueAt) })),
        );
        if (jobs.some(({ dueAt }) => dueAt <= Date.now())) wake(kind);
      },
    } satisfies Jobs);
  },
  { name: 'jobs', dependencies: ['store'] },
);

/** What to do when the role may not make the schema; anything else as it is. */
function explained(error: unknown): unknown {
  const { code } = Object(error) as { code?: unknown };
  if (code !== '42501') return error;
  const message =
    'The role of DATABASE_URL may not make the schema pgboss, which timers are kept in. Allow it: ' +
    'grant create on database … to …;';
  return Object.assign(new Error(message, { cause: error }), { code });
}
