import { setTimeout as sleep } from 'node:timers/promises';
import type { Live } from '../../../widget/live/live.ts';
import { echo, startTestBot } from '../../support/bot.ts';
import { quick } from '../../widget/support/browser.ts';
import { checkAndTell, untilRest, type Verdict } from '../support/cast.ts';
import { createCustomer } from '../support/customer.ts';
import { createRecorder } from '../support/history.ts';
import { openStage } from '../support/stage.ts';

export interface CrashOptions {
  readonly adminUrl: string;
  /** Pages that end between send and acknowledgement, in all. */
  readonly crashes: number;
  readonly customers: number;
  say(line: string): void;
}

/** How far a command gets before its page ends. */
const moments = ['before it leaves', 'as it leaves', 'on its way', 'as the answer comes'] as const;
type Moment = (typeof moments)[number];

const restMs = 15_000;

/** Pages are loaded again, or crash, between a message and its acknowledgement: the next tab sends it, once. */
export async function crashClients(options: CrashOptions): Promise<Verdict> {
  const { adminUrl, crashes, say } = options;
  const bot = await startTestBot(echo);
  const stage = await openStage({
    adminUrl,
    agents: 1,
    bot: { kind: 'http', url: bot.url, secret: 's' },
  }).catch(async (error) => {
    await bot.close();
    throw error;
  });
  const url = stage.nodes[0]?.url ?? '';
  const recorder = createRecorder();
  const counts = new Map<Moment, number>(moments.map((moment) => [moment, 0]));
  const problems: string[] = [];
  let begun = 0;
  let done = 0;

  const runCustomer = async (number: number) => {
    /** What the next command of a tab meets: how far it gets, and what happens then. */
    let fate: { readonly moment: Moment; readonly end: () => void } | null = null;
    const spoil = (live: Live): Live => ({
      ...live,
      async command(name, body) {
        const met = fate;
        if (met === null) return live.command(name, body);
        fate = null;
        if (met.moment === 'before it leaves') {
          met.end();
          return new Promise(() => {});
        }
        const reply = live.command(name, body);
        // The page is gone: whether an answer comes, and which, is nobody's business any more.
        reply.catch(() => undefined);
        if (met.moment === 'on its way') await sleep(Math.random() * 4);
        if (met.moment === 'as the answer comes') await reply;
        met.end();
        return new Promise(() => {});
      },
    });
    const customer = createCustomer({
      recorder,
      name: `customer ${number}`,
      url,
      site: stage.site,
      pace: quick,
      spoil,
    });
    let texts = 0;
    while (begun < crashes) {
      begun += 1;
      const moment = moments[Math.floor(Math.random() * moments.length)] ?? 'as it leaves';
      const ended = Promise.withResolvers<void>();
      fate = { moment, end: ended.resolve };
      // Now and then a second message stands behind the first: the order must survive as well.
      for (let count = Math.random() < 0.3 ? 2 : 1; count > 0; count--)
        customer.chat.send(`${customer.name} says ${++texts}`);
      await ended.promise;
      customer.reopen(Math.random() < 0.5 ? 'reload' : 'crash');
      counts.set(moment, (counts.get(moment) ?? 0) + 1);
      done += 1;
      if (done % 100 === 0)
        say(`${done} pages ended, ${recorder.count('acknowledged')} messages acknowledged`);
      // Sometimes the next tab does not live long enough to send it, either.
      if (Math.random() < 0.3) continue;
      await untilSent(customer.unsent);
    }
    await untilSent(customer.unsent);
    return customer;
  };

  const untilSent = async (unsent: () => number) => {
    const until = performance.now() + restMs;
    while (unsent() > 0 && performance.now() < until) await sleep(5);
    if (unsent() > 0) problems.push(`${unsent()} messages not sent within ${restMs} ms`);
  };

  try {
    const customers = await Promise.all(
      Array.from({ length: options.customers }, (_, index) => runCustomer(index + 1)),
    );
    const restedMs = await untilRest({ stage, customers, agents: [] }, restMs);
    if (restedMs === null) problems.push(`not at rest within ${restMs} ms`);
    const { figures, problems: found } = await checkAndTell({ stage, recorder, customers, agents: [] });
    return {
      figures: {
        'pages ended': done,
        ...Object.fromEntries([...counts].map(([moment, count]) => [moment, count])),
        tabs: customers.reduce((sum, customer) => sum + customer.tabs(), 0),
        ...figures,
      },
      problems: [...problems, ...found],
    };
  } finally {
    await stage.close();
    await bot.close();
  }
}
