import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { type BreakerState, createBreaker, type Verdict } from '../../../server/bots/breaker.ts';
import { type BotBehaviour, echo, startTestBot, type TestBot } from '../../support/bot.ts';
import { connectCustomer } from '../../support/clients.ts';
import { eventually } from '../../support/eventually.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { noLimits } from '../requests.ts';

describe('a circuit breaker', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: 0 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const waitMs = 1_000;
  function create(failures = 3) {
    const states: BreakerState[] = [];
    const breaker = createBreaker({ failures, waitMs }, (state) => states.push(state));
    const turn = (verdict: Verdict) => breaker.run(async () => verdict);
    const outages = async (count: number) => {
      for (let index = 0; index < count; index++) expect(await turn('outage')).toBe(true);
    };
    return { breaker, states, turn, outages };
  }

  test('leaves a bot alone after so many outages in a row, not before', async () => {
    const { turn, outages, breaker } = create();
    await outages(2);
    await turn('fine');
    await outages(2);
    expect(breaker.state()).toBe('closed');
    await outages(1);
    expect(breaker.state()).toBe('open');
    const work = vi.fn(async (): Promise<Verdict> => 'fine');
    expect(await breaker.run(work)).toBe(false);
    expect(work).not.toHaveBeenCalled();
  });

  test('turns that were stopped before a word count neither way', async () => {
    const { turn, outages, breaker } = create();
    await outages(2);
    expect(await turn('unclear')).toBe(true);
    expect(breaker.state()).toBe('closed');
    await outages(1);
    expect(breaker.state()).toBe('open');
  });

  test('lets one turn try after a while, and no other meanwhile', async () => {
    const { breaker, turn, outages, states } = create();
    await outages(3);
    vi.setSystemTime(waitMs - 1);
    expect(await turn('fine')).toBe(false);
    vi.setSystemTime(waitMs);
    const trial = Promise.withResolvers<Verdict>();
    const trying = breaker.run(() => trial.promise);
    expect(breaker.state()).toBe('half_open');
    expect(await turn('fine'), 'nobody waits for what becomes of the trial').toBe(false);
    trial.resolve('fine');
    expect(await trying).toBe(true);
    expect(breaker.state()).toBe('closed');
    expect(states).toEqual(['open', 'half_open', 'closed']);
  });

  test('waits twice as long after each trial that fails, two minutes at most', async () => {
    const { turn, outages, breaker } = create();
    await outages(3);
    let now = 0;
    for (const wait of [1, 2, 4, 8, 16, 32, 64, 120, 120].map((seconds) => seconds * 1_000)) {
      vi.setSystemTime(now + wait - 1);
      expect(await turn('outage'), `before ${wait} ms`).toBe(false);
      now += wait;
      vi.setSystemTime(now);
      // One that is stopped before a word has shown nothing.
      expect(await turn(wait === 4_000 ? 'unclear' : 'outage'), `after ${wait} ms`).toBe(true);
      expect(breaker.state()).toBe('open');
    }
  });

  test('hands on what breaks on our side, which says nothing of the bot', async () => {
    const { breaker, outages } = create();
    await outages(2);
    await expect(breaker.run(() => Promise.reject(new Error('ours')))).rejects.toThrow('ours');
    expect(breaker.state()).toBe('closed');
  });
});

describe('a bot that is down', () => {
  let server: TestServer;
  let bot: TestBot;
  let behave: BotBehaviour;
  const started: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const stop of started.splice(0)) await stop();
  });

  async function start(botCircuitWaitMs: number) {
    server = await startTestServer(inject('postgresUrl'), {
      ...noLimits,
      botFirstByteMs: 5_000,
      botTotalMs: 10_000,
      botCircuitFailures: 2,
      botCircuitWaitMs,
    });
    bot = await startTestBot((...args) => behave(...args));
    started.push(server.close, bot.close);
    return server.addSite({ kind: 'http', url: bot.url, secret: 's' });
  }

  const circuit = async (site: string) => {
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    return Number(new RegExp(`^handrail_bot_circuit\\{site="${site}"\\} (\\d)$`, 'm').exec(metrics)?.[1]);
  };

  const ask = async (site: string) => {
    const customer = await connectCustomer(server.url, site);
    await customer.send('message:send', { text: 'Where is my card?' });
    const ended = await customer.until('answer.ended');
    const asked = await customer.send('handoff:request', {});
    customer.close();
    return { outcome: ended.outcome, failure: ended.failure, hasPerson: asked.ok };
  };

  test('is not asked any more: customers hear so at once, and get a person as ever', async () => {
    const { key } = await start(120_000);
    behave = (_turn, response) => void response.writeHead(500).end();
    const other = await server.addSite({ kind: 'http', url: bot.url, secret: 's' });
    for (const failure of ['rejected', 'rejected', 'unreachable', 'unreachable']) {
      expect(await ask(key)).toEqual({ outcome: 'failed', failure, hasPerson: true });
    }
    expect(bot.asked).toHaveLength(2);
    expect(await circuit(key)).toBe(2);
    behave = echo;
    expect(await ask(other.key), "another site's bot is another bot").toMatchObject({ outcome: 'answered' });
    expect(await circuit(other.key)).toBe(0);
  });

  test('is tried again after a while, and asked as ever once it is back', async () => {
    const { key } = await start(200);
    behave = (_turn, response) => void response.writeHead(503).end();
    await ask(key);
    await ask(key);
    expect(await circuit(key)).toBe(2);
    behave = echo;
    await eventually(async () => (await ask(key)).outcome).toBe('answered');
    expect(await circuit(key)).toBe(0);
    expect(await ask(key)).toMatchObject({ outcome: 'answered' });
  });

  test('gets another chance at once when its site gets another bot', async () => {
    const site = await start(120_000);
    behave = (_turn, response) => void response.writeHead(500).end();
    await ask(site.key);
    await ask(site.key);
    behave = echo;
    expect(await ask(site.key)).toMatchObject({ failure: 'unreachable' });
    await server.store.sites.save({ ...site, bot: { kind: 'http', url: bot.url, secret: 'another' } });
    expect(await ask(site.key)).toMatchObject({ outcome: 'answered' });
  });

  test('that only answers wrongly is asked on: it is there', async () => {
    const { key } = await start(120_000);
    behave = (_turn, response) =>
      void response.writeHead(200, { 'content-type': 'application/json' }).end('{');
    for (let turn = 0; turn < 4; turn++) expect(await ask(key)).toMatchObject({ failure: 'malformed' });
    expect(await circuit(key)).toBe(0);
  });
});
