import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Guidance } from '../protocol/guidance.ts';
import { startHttpNlp } from '../test/support/foreign-bots/dialects.ts';
import { trainNlpBot } from '../test/support/foreign-bots/nlp-bot.ts';
import { handrailEnv, openBackstage } from './handrail.ts';
import type { Benchmark } from './options.ts';
import { createDatabase } from './postgres.ts';
import { type ServerProcess, startProcess } from './processes.ts';
import { openRedis } from './redis.ts';
import { at, median, rounded, table } from './statistics.ts';
import { askOnce } from './walk/people.ts';

const about = `guidance-live: from an approval to the changed answer of a bot that nobody changed, and back.

The nlp.js bot of the tests stands behind Handrail as an http bot; one process of Handrail, then two on one PostgreSQL
and one Redis. In every round a guidance is written for a question that the bot answers, proposed and approved over HTTP
at the first process. New customers then ask that question at every process, over and over, until each gets the guidance:
the time from the call that approves until the last of them has the new answer. Then a second version is approved, rolled back
to the first, and retired, each timed likewise. With two processes the other one hears of it by asking the database.
A run does not count if anything takes 60 s with one process, or 5 s with two.`;

const question = 'what are your opening hours';
const wrong = 'We are open from nine to five.';
const budgetsMs: Readonly<Record<number, number>> = { 1: 60_000, 2: 5_000 };
const steps = ['approved', 'changed', 'rolled back', 'retired'] as const;
type Step = (typeof steps)[number];
/** Between two looks of one customer at the answer. */
const lookEveryMs = 50;
const givenUpMs = 90_000;

export const guidanceLive: Benchmark = {
  about,
  options: { rounds: { type: 'string', default: '20', about: 'with one process, and with two' } },
  defaults: { runs: 1, seconds: 1 },
  async run({ print, count }) {
    const problems: string[] = [];
    const measured: Record<string, Record<Step, { medianMs: number; worstMs: number }>> = {};
    const rows: (string | number)[][] = [];
    for (const nodes of [1, 2]) {
      const times = await measure(nodes, count('rounds'));
      const budgetMs = budgetsMs[nodes] ?? 0;
      const of = (step: Step) => ({
        medianMs: rounded(median(times[step])),
        worstMs: rounded(at(times[step], 1)),
      });
      const told = Object.fromEntries(steps.map((step) => [step, of(step)])) as Record<
        Step,
        ReturnType<typeof of>
      >;
      measured[nodes === 1 ? 'oneNode' : 'twoNodes'] = told;
      for (const step of steps) {
        const { medianMs, worstMs } = told[step];
        rows.push([`${nodes === 1 ? 'one process' : 'two processes'}, ${step}`, medianMs, worstMs, budgetMs]);
        if (!(worstMs < budgetMs))
          problems.push(`${nodes} processes, ${step}: ${worstMs} ms, not below ${budgetMs}`);
      }
    }
    print(table(['from … to the changed answer everywhere', 'median ms', 'worst ms', 'at most ms'], rows));
    return { problems, result: { ...measured, rounds: count('rounds') } };
  },
};

async function measure(nodes: number, rounds: number): Promise<Record<Step, number[]>> {
  const closers: (() => Promise<void> | void)[] = [];
  try {
    const database = await createDatabase();
    closers.push(database.drop);
    const redis = nodes > 1 ? await openRedis() : null;
    if (redis !== null) closers.push(redis.close);
    const quiet = console.log;
    // nlp.js prints a line for each round of its training.
    console.log = () => undefined;
    const nlp = await trainNlpBot().finally(() => {
      console.log = quiet;
    });
    const bot = await startHttpNlp(nlp);
    closers.push(bot.close);
    const backstage = await openBackstage(database.url);
    closers.push(backstage.close);
    const site = await backstage.store.sites.save({
      ...backstage.site,
      bot: { kind: 'http', url: bot.url, secret: 's' },
    });
    const env = {
      ...handrailEnv(database.url),
      OUTBOUND_ALLOW: '127.0.0.0/8',
      ...(redis === null ? {} : { REDIS_URL: redis.url }),
    };
    const servers: ServerProcess[] = [];
    for (let node = 0; node < nodes; node += 1) {
      const server = await startProcess({ script: 'server/main.ts', env, core: null });
      closers.push(server.stop);
      servers.push(server);
    }
    const [first] = servers;
    if (first === undefined) throw new Error('no server');
    const [admin] = await backstage.addAgents(1, first.url, 'admin');
    const cookie = admin?.cookie ?? '';
    const post = async (path: string, body: object): Promise<Guidance> => {
      const response = await fetch(`${first.url}/v1/desk/guidance/${path}`, {
        method: 'POST',
        headers: { cookie, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      const told = await response.text();
      if (!response.ok) throw new Error(`${path}: ${told}`);
      return JSON.parse(told) as Guidance;
    };
    const untilEverywhere = (text: string, since: number) =>
      Promise.all(
        servers.map(async ({ url }) => {
          for (;;) {
            const answer = await askOnce({ url, site: site.key }, question);
            if (answer.text === text) return;
            if (performance.now() - since > givenUpMs) throw new Error(`${url} still says: ${answer.text}`);
            await sleep(lookEveryMs);
          }
        }),
      );

    await untilEverywhere(wrong, performance.now());
    const times: Record<Step, number[]> = { approved: [], changed: [], 'rolled back': [], retired: [] };
    const timed = async (step: Step, path: string, body: object, text: string) => {
      const since = performance.now();
      await post(path, body);
      await untilEverywhere(text, since);
      times[step].push(performance.now() - since);
    };
    for (let round = 0; round < rounds; round += 1) {
      const say = (version: number) => ({
        kind: 'answer',
        text: `Open from eight to six (${round}.${version}).`,
        examples: [question],
        scope: {},
        reason: '',
        isProposed: true,
      });
      const { id } = await post('add', { ...say(1), site: site.key });
      await timed('approved', 'approve', { id, version: 1, reason: '' }, say(1).text);
      await post('change', { ...say(2), id, base: 1 });
      await timed('changed', 'approve', { id, version: 2, reason: '' }, say(2).text);
      await timed('rolled back', 'roll-back', { id, version: 1, reason: '' }, say(1).text);
      await timed('retired', 'retire', { id, reason: '' }, wrong);
    }
    return times;
  } finally {
    for (const closer of closers.toReversed()) await closer();
  }
}
