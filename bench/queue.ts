import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { uuidv7 as v7 } from 'uuidv7';
import {
  type Agent,
  command,
  connectAgent,
  connectCustomer,
  handrailEnv,
  idsOfRows,
  openBackstage,
} from './handrail.ts';
import type { Benchmark } from './options.ts';
import { type BenchDatabase, createDatabase, readSettings } from './postgres.ts';
import { pin, startProcess } from './processes.ts';
import { median, percentiles, rounded, spread, table } from './statistics.ts';
import type { Wire } from './wire.ts';

const about = `queue: how long an agent needs to get the next customer, by how many wait.

Three real servers with a database each: 10, 1,000 and 10,000 customers wait in them, and agents have been told of all of
them before it begins. In turn, an agent opens the desk
(connects and gets the list), takes the first who waits, and has that acknowledged; afterwards one is resolved and
another one calls, so that the queue stays as long as it is. The list and the acceptance are measured apart; the next
assignment is both. It must not grow by more than a factor of two from the shortest queue to the longest.`;

const sizes = [10, 1_000, 10_000];
const callers = 50;
const together = 50;
const deskWithinMs = 30_000;
const announcedWithinMs = 10 * 60_000;
const announcedPollMs = 500;
/** Between two assignments: what one of them sets going (places told to the queue) is over before the next. */
const pauseMs = 20;

interface Assignment {
  readonly deskMs: number;
  readonly acceptMs: number;
}

export const queue: Benchmark = {
  about,
  options: {
    assignments: { type: 'string', default: '30', about: 'assignments of each queue and run' },
  },
  defaults: { runs: 5, seconds: 1 },
  async run({ runs, print, count }) {
    const settings = await readSettings();
    const pinning = pin();
    print(`${pinning.told}; fsync ${settings.fsync}, autovacuum ${settings.autovacuum}`);
    const rooms: WaitingRoom[] = [];
    const results = new Map<number, Assignment[][]>(sizes.map((size) => [size, []]));
    try {
      for (const size of sizes) {
        const begunAt = performance.now();
        rooms.push(await openWaitingRoom(size, pinning.server));
        print(`${size} wait (${rounded((performance.now() - begunAt) / 1_000)} s)`);
      }
      for (const room of rooms) await room.assign();
      for (let run = 0; run < runs; run += 1) {
        for (const size of sizes) results.get(size)?.push([]);
        for (let round = 0; round < count('assignments'); round += 1) {
          for (const room of rooms) results.get(room.size)?.[run]?.push(await room.assign());
        }
        const told = sizes.map((size) => `${size}: ${rounded(totalOf(results.get(size)?.[run] ?? []))} ms`);
        print(`run ${run + 1}  ${told.join('  ')}`);
      }
    } finally {
      for (const room of rooms) await room.close();
    }
    const of = (size: number, part: (one: Assignment) => number) =>
      median((results.get(size) ?? []).map((run) => median(run.map(part))));
    const [shortest = 10] = sizes;
    const total = ({ deskMs, acceptMs }: Assignment) => deskMs + acceptMs;
    const measured = sizes.map((size) => ({
      waiting: size,
      deskMs: rounded(of(size, ({ deskMs }) => deskMs)),
      acceptMs: rounded(of(size, ({ acceptMs }) => acceptMs)),
      nextMs: rounded(of(size, total)),
      nextP99Ms: rounded(percentiles((results.get(size) ?? []).flat().map(total)).p99Ms),
      ratio: rounded(of(size, total) / of(shortest, total)),
      ratioOfRuns: spread(
        (results.get(size) ?? []).map(
          (run, index) => totalOf(run) / totalOf(results.get(shortest)?.[index] ?? []),
        ),
      ),
      acceptRatio: rounded(of(size, ({ acceptMs }) => acceptMs) / of(shortest, ({ acceptMs }) => acceptMs)),
    }));
    const header = [
      'waiting',
      'desk ms',
      'accept ms',
      'next ms',
      'next p99 ms',
      'next ratio',
      'of runs',
      'accept ratio',
    ];
    const rows = measured.map((one) => [
      String(one.waiting),
      one.deskMs,
      one.acceptMs,
      one.nextMs,
      one.nextP99Ms,
      one.ratio,
      one.ratioOfRuns,
      one.acceptRatio,
    ]);
    print(`\n${table(header, rows)}`);
    const problems = [...settings.problems, ...rooms.flatMap((room) => room.problems())];
    return { problems, result: { queues: measured, largestRatio: measured.at(-1)?.ratio, runs } };
  },
};

const totalOf = (run: readonly Assignment[]) => median(run.map(({ deskMs, acceptMs }) => deskMs + acceptMs));

interface WaitingRoom {
  readonly size: number;
  assign(): Promise<Assignment>;
  problems(): string[];
  close(): Promise<void>;
}

/** A server with so many who wait. */
async function openWaitingRoom(size: number, core: number | null): Promise<WaitingRoom> {
  const database = await createDatabase();
  const server = await startProcess({ script: 'server/main.ts', env: handrailEnv(database.url), core });
  const backstage = await openBackstage(database.url);
  const lost: string[] = [];
  const onLost = (why: string) => void lost.push(why);
  const customers: Wire[] = [];
  for (let index = 0; index < callers; index += 1) {
    const caller = { site: backstage.site.key, token: await backstage.addCustomer(), conversationId: v7() };
    customers.push(await connectCustomer(server.url, caller, { onLost }));
  }
  let calls = 0;
  const call = async () => {
    const customer = customers[calls++ % customers.length];
    if (customer === undefined) throw new Error('there are no customers');
    await command(customer, 'handoff:request', v7());
  };
  while (calls < size) await Promise.all(Array.from({ length: Math.min(together, size - calls) }, call));
  const [agent] = await backstage.addAgents(1, server.url);
  if (agent === undefined) throw new Error('there is no agent');
  await announced(database);
  await database.rows('analyze');
  await database.checkpoint();

  return {
    size,
    async assign() {
      await sleep(pauseMs);
      const begunAt = performance.now();
      const { wire, waiting } = await openDesk(server.url, agent, onLost);
      const deskMs = performance.now() - begunAt;
      const [next] = waiting;
      if (next === undefined) throw new Error('nobody waits');
      const readAt = performance.now();
      await command(wire, 'handoff:accept', next);
      const acceptMs = performance.now() - readAt;
      await command(wire, 'conversation:resolve', next, { outcome: 'solved' });
      wire.close();
      await call();
      return { deskMs, acceptMs };
    },
    problems: () => (lost.length === 0 ? [] : [`${lost.length} sockets were lost: ${lost[0]}`]),
    async close() {
      for (const wire of customers) wire.close();
      await backstage.close();
      await server.stop();
      await database.drop();
    },
  };
}

/** Waits until agents have been told of all who wait: so many do not call within a minute, but once they wait it is over. */
async function announced({ rows }: BenchDatabase): Promise<void> {
  const until = performance.now() + announcedWithinMs;
  while (performance.now() < until) {
    const [due] = await rows<{ count: string }>(`select count(*) from pgboss.job
      where name = 'handoff-notice' and state < 'completed' and start_after <= now()`);
    if (due?.count === '0') return;
    await sleep(announcedPollMs);
  }
  throw new Error(`agents are still being told of those who wait after ${announcedWithinMs / 1_000} s`);
}

/** Connects as a console does and waits for the list. @returns those who wait, in the order of the queue */
async function openDesk(url: string, agent: Agent, onLost: (why: string) => void) {
  const desk = Promise.withResolvers<string[]>();
  const onEvent = (json: string) => {
    if (json.startsWith('["desk"')) desk.resolve(idsOfRows(json, 'waiting'));
  };
  const timer = setTimeout(() => desk.reject(new Error('the desk did not come')), deskWithinMs);
  const wire = await connectAgent(url, agent, { onEvent, onLost });
  const waiting = await desk.promise.finally(() => clearTimeout(timer));
  return { wire, waiting };
}
