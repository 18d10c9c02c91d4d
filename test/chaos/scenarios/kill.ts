import { setTimeout as sleep } from 'node:timers/promises';
import { pace } from '../../../widget/core/pace.ts';
import { startCast, type Verdict } from '../support/cast.ts';
import { openStage } from '../support/stage.ts';
import { startStreamingBot } from '../support/streaming-bot.ts';

export interface KillOptions {
  /** Where databases can be made; null: the embedded PostgreSQL, which outlives its server. */
  readonly adminUrl: string | null;
  readonly kills: number;
  readonly customers: number;
  readonly agents: number;
  /** A server is killed once this many commands were acknowledged since it started, or a few more. */
  readonly commandsPerLife: number;
  say(line: string): void;
}

/** Turns of a process that died end by their lease of 15 s, which is looked at every 5 s (D7). */
const restMs = 60_000;

/** The server is killed with -9 again and again while everybody writes and the bot streams. */
export async function killServer(options: KillOptions): Promise<Verdict> {
  const bot = await startStreamingBot();
  const secret = 'the secret of a trial';
  const stage = await openStage({
    adminUrl: options.adminUrl,
    agents: options.agents,
    bot: { kind: 'http', url: bot.url, secret },
  }).catch(async (error) => {
    await bot.close();
    throw error;
  });
  const [node] = stage.nodes;
  if (node === undefined) throw new Error('a stage has a node');
  const url = node.url;
  const cast = startCast({
    stage,
    customers: options.customers,
    // Back soon, so that a server is busy again when it dies.
    pace: { ...pace, retry: 300, retryMost: 2_000 },
    customerUrl: () => url,
    agentUrl: () => url,
    pauseMs: 1_000,
  });
  /** So many more than now. With a server that takes none the trial ends here, and tells so. */
  const untilAcknowledged = async (more: number) => {
    const enough = cast.recorder.count('acknowledged') + more;
    for (let waitedMs = 0; cast.recorder.count('acknowledged') < enough; waitedMs += 20) {
      if (waitedMs > restMs)
        throw new Error(`nothing is acknowledged any more:\n${node.output().slice(-3_000)}`);
      await sleep(20);
    }
  };
  try {
    let downMs = 0;
    for (let kill = 1; kill <= options.kills; kill++) {
      await untilAcknowledged(options.commandsPerLife * (0.5 + Math.random()));
      await node.end('SIGKILL');
      const diedAt = performance.now();
      const ids = cast.customers.map(({ conversationId }) => conversationId);
      // Everything acknowledged until now must be in the store already, with no server left to put it there (D3).
      const heads = await stage.store.conversations.heads(ids);
      cast.recorder.looked(new Map(heads.map(({ conversationId, seq }) => [conversationId, seq])));
      await node.start();
      downMs += performance.now() - diedAt;
      if (kill % 10 === 0 || kill === options.kills)
        options.say(`killed ${kill} times, ${cast.recorder.count('acknowledged')} commands acknowledged`);
    }
    await untilAcknowledged(options.commandsPerLife);
    await cast.stop();
    const restedMs = await cast.rest(restMs);
    const { figures, problems } = await cast.conclude();
    return {
      figures: {
        kills: options.kills,
        'ms to start again': Math.round(downMs / options.kills),
        ...figures,
        'ms to rest': restedMs ?? 'never',
      },
      problems: [...(restedMs === null ? [`not at rest within ${restMs} ms`] : []), ...problems],
    };
  } finally {
    cast.close();
    await stage.close();
    await bot.close();
  }
}
