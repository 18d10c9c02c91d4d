import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createBotServer } from '../../examples/existing-bot/server.ts';
import { connectAgent } from '../../test/support/clients.ts';
import { handrailEnv, openBackstage } from '../handrail.ts';
import { createDatabase } from '../postgres.ts';
import { startProcess } from '../processes.ts';
import type { ScriptedBot } from './bot.ts';
import { askOnce, createReviewer } from './people.ts';

const atOnce = 6;
const indexedWithinMs = 120_000;

/** A server, the example's bot, an agent and a reviewer. */
export async function openStage({ replies }: ScriptedBot) {
  const database = await createDatabase();
  const closers: (() => Promise<void> | void)[] = [database.drop];
  const close = async () => {
    for (const closer of closers.toReversed()) await closer();
  };
  try {
    const secret = 'the secret of a bot on this machine';
    const program = createBotServer(replies, { secret, hasFaults: false, paceMs: 0 });
    await once(program.listen(0, '127.0.0.1'), 'listening');
    closers.push(async () => {
      program.closeAllConnections();
      program.close();
      await once(program, 'close');
    });
    const { port } = program.address() as AddressInfo;
    const backstage = await openBackstage(database.url);
    closers.push(backstage.close);
    const site = await backstage.store.sites.save({
      ...backstage.site,
      bot: { kind: 'http', url: `http://127.0.0.1:${port}/reply`, secret },
    });
    const server = await startProcess({
      script: 'server/main.ts',
      env: { ...handrailEnv(database.url), OUTBOUND_ALLOW: '127.0.0.0/8' },
      core: null,
    });
    closers.push(server.stop);
    const [worker] = await backstage.addAgents(1, server.url);
    const [product] = await backstage.addAgents(1, server.url, 'product');
    if (worker === undefined || product === undefined) throw new Error('nobody signed in');
    const agent = await connectAgent(server.url, worker.cookie);
    closers.push(() => void agent.close());
    const reviewer = createReviewer(server.url, product.cookie);
    const place = { url: server.url, site: site.key };
    let examples = 0;
    return {
      place,
      agent,
      examples: () => examples,
      reviewer: {
        weakAnswers: reviewer.weakAnswers,
        async approve(...args: Parameters<typeof reviewer.approve>) {
          examples += args[2].length;
          return reviewer.approve(...args);
        },
      },
      /** An example with a word more is found by the index alone: then the index holds all that was approved before. */
      async untilIndexed(example: string) {
        for (const until = performance.now() + indexedWithinMs; performance.now() < until; await sleep(500)) {
          if ((await askOnce(place, `${example} please`)).guidance !== null) return;
        }
        throw new Error('what was approved is not looked up');
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
export type WalkStage = Awaited<ReturnType<typeof openStage>>;

/** Does this for all of them, some at once; results in their order. */
export async function each<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let at = 0;
  const worker = async () => {
    for (let own = at++; own < items.length; own = at++) {
      const item = items[own];
      if (item !== undefined) results[own] = await work(item);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}
