import { afterAll, afterEach, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import type { ReplayReport, ReplayRun } from '../../protocol/replay.ts';
import type { Site } from '../../server/store/sites.ts';
import { type JsonRequest, type JsonServer, startJsonServer } from '../support/foreign-bots/json-server.ts';
import { createDatabase, startTestServer, type TestServer } from '../support/server.ts';
import { redisAnswers, redisUrl, startTwoNodes } from '../support/two-nodes.ts';
import { editorAt } from './guidance-stage.ts';
import { httpBot } from './replay-stage.ts';
import { expectProblem, inDatabase, json, noLimits } from './requests.ts';
import { runServer } from './server-process.ts';

const examples = ['Is it quick?', 'Is it slow?', 'Is it slower?', 'Is it slowest?', 'Is it too slow?'];
/** Answered at once; the others wait until the bot is let go. */
const quick = 1;

/** Servers of their own are started, one after the other. */
const timeout = 120_000;

describe.skipIf(!(await redisAnswers()))('a replay on two servers with one database and one Redis', () => {
  let pair: Awaited<ReturnType<typeof startTwoNodes>>;
  let bot: JsonServer;
  let asked: string[] = [];
  let held = Promise.withResolvers<void>();
  /** What a test has opened, closed behind it, the last first. */
  const closing: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    pair = await startTwoNodes(inject('postgresUrl'), noLimits);
    bot = await startJsonServer(async ({ body }: JsonRequest) => {
      asked.push(String(body?.text));
      if (String(body?.text).includes('slow')) await held.promise;
      return { text: 'It is.' };
    });
  });
  afterEach(async () => {
    held.resolve();
    for (const close of closing.splice(0).toReversed()) await close();
    asked = [];
    held = Promise.withResolvers();
  });
  afterAll(async () => {
    held.resolve();
    await pair.close();
    await bot.close();
  });

  interface At {
    readonly url: string;
    readonly cookie: string;
    readonly site: Site;
  }
  /** A site with guidance to be replayed, and somebody who is signed in on every server. */
  const siteAt = async (node: TestServer): Promise<At> => {
    const site = await node.addSite(httpBot(bot));
    const { cookie } = await node.addAgent(site, 'Adam', 'admin');
    await editorAt(node, site, { cookie }).live({ examples });
    return { url: node.url, cookie, site };
  };
  const begin = ({ url, cookie, site }: At) =>
    fetch(`${url}/v1/desk/replays/start`, json({ site: site.key }, { cookie }));
  const begun = async (at: At): Promise<ReplayRun> => {
    const response = await begin(at);
    expect(response.status, await response.clone().text()).toBe(201);
    return response.json();
  };
  const report = async ({ url, cookie }: At, id: string): Promise<ReplayReport> => {
    const response = await fetch(`${url}/v1/desk/replays/${id}/report`, { headers: { cookie } });
    expect(response.status).toBe(200);
    return response.json();
  };
  const told = ({ run: { counts } }: ReplayReport) => counts.passed + counts.failed + counts.open;
  const until = (at: At, id: string, state: ReplayRun['state']) =>
    vi.waitFor(
      async () => {
        const now = await report(at, id);
        expect(now.run.state).toBe(state);
        return now;
      },
      { timeout: 40_000, interval: 100 },
    );
  const timesAsked = () => Object.values(Object.groupBy(asked, (text) => text)).map((all) => all?.length);

  test('is seen from the other one with how far it is, is not begun twice, and asks nothing twice', async () => {
    const here = await siteAt(pair.nodes[0]);
    const there = { ...here, url: pair.nodes[1].url };
    const { id } = await begun(here);
    for (const at of [here, there]) {
      await vi.waitFor(
        async () => {
          const now = await report(at, id);
          expect([now.run.state, told(now), now.run.total]).toEqual(['running', quick, examples.length]);
        },
        { timeout: 20_000, interval: 100 },
      );
      await expectProblem(await begin(at), 'replay_running');
    }
    held.resolve();
    const [one, other] = await Promise.all([until(here, id, 'done'), until(there, id, 'done')]);
    expect(one).toEqual(other);
    expect(told(one)).toBe(examples.length);
    expect(timesAsked()).toEqual(examples.map(() => 1));
  });

  test('begun on both at once is one run', async () => {
    const here = await siteAt(pair.nodes[0]);
    held.resolve();
    const answers = await Promise.all([begin(here), begin({ ...here, url: pair.nodes[1].url })]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409]);
    const runs = await Promise.all(answers.map((answer) => answer.json() as Promise<Partial<ReplayRun>>));
    await until(here, runs.find(({ state }) => state !== undefined)?.id ?? '', 'done');
    expect(timesAsked()).toEqual(examples.map(() => 1));
  });

  /**
   * Two servers, of which the one that has a run in hand is killed in the middle of it. Until it has the run, it is alone:
   * the other one would take it else.
   */
  const killedInTheMiddle = async () => {
    const database = await createDatabase(inject('postgresUrl'));
    closing.push(database.drop);
    const start = () => startTestServer(inject('postgresUrl'), { ...noLimits, redisUrl }, database.url);
    const first = await start();
    const { cookie, site } = await siteAt(first);
    await first.close();
    const own = runServer({ DATABASE_URL: database.url, REDIS_URL: redisUrl });
    closing.push(async () => {
      own.kill('SIGKILL');
      await own.ended;
    });
    const { id } = await begun({ url: await own.url, cookie, site });
    // The others wait for the bot.
    await vi.waitFor(() => expect(asked).toHaveLength(quick + 3), { timeout: 20_000 });
    const other = await start();
    closing.push(other.close);
    const at = { url: other.url, cookie, site };
    await vi.waitFor(async () => expect(told(await report(at, id))).toBe(quick), { timeout: 20_000 });
    own.kill('SIGKILL');
    await own.ended;
    return { at, id, databaseUrl: database.url };
  };

  test('goes on at the other one when the server that runs it dies: what was answered is not asked again', {
    timeout,
  }, async () => {
    const { at, id, databaseUrl } = await killedInTheMiddle();
    expect((await report(at, id)).run.state).toBe('running');
    await expectProblem(await begin(at), 'replay_running');
    // As pg-boss does it by itself, once the job of a dead process is older than a minute.
    const given = await inDatabase(
      databaseUrl,
      `update pgboss.job set state = 'retry', start_after = now()
       where name = 'replay' and data->>'id' = $1 and state = 'active' returning id`,
      [id],
    );
    expect(given).toHaveLength(1);
    held.resolve();
    const ended = await until(at, id, 'done');
    expect(told(ended)).toBe(examples.length);
    expect(asked.filter((text) => text === examples[0])).toHaveLength(1);
    expect(new Set(asked)).toEqual(new Set(examples));
  });

  test('ends as interrupted, in clear words, when nobody goes on with it; then there is room for another', {
    timeout,
  }, async () => {
    const { at, id, databaseUrl } = await killedInTheMiddle();
    // Its job is lost, and its time is over.
    await inDatabase(databaseUrl, `delete from pgboss.job where data->>'id' = $1`, [id]);
    await inDatabase(databaseUrl, 'update replay_runs set lease_until = 1 where id = $1', [id]);
    held.resolve();
    const next = await begun(at);
    const { run, results } = await report(at, id);
    expect(run).toMatchObject({ state: 'interrupted', problem: 'its process died' });
    // What was asked until then stays.
    expect(results.filter(({ verdict }) => verdict !== null)).toHaveLength(quick);
    expect(told(await until(at, next.id, 'done'))).toBe(examples.length);
  });
});
