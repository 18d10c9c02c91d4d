import { createServer, type Server, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { uuidv7 as v7 } from 'uuidv7';
import type { SiteBot } from '../server/store/schema.ts';
import { command, connectCustomer, handrailEnv, openBackstage } from './handrail.ts';
import type { Benchmark } from './options.ts';
import { freePort } from './ports.ts';
import { createDatabase, readSettings } from './postgres.ts';
import { pin, startProcess } from './processes.ts';
import { percentiles, rounded, table } from './statistics.ts';

const about = `dead-bot: how long it takes until a call for a person is accepted while the bot does not answer.

The real server and three sites, in turn within every run: one whose bot's process is dead (nobody listens), one whose
bot hangs (it takes the question and never answers), and, to compare with, one whose bot is in the page, so that the
server asks nobody. Every call is a conversation of its own: the customer first asks the bot something, and in the next
moment for a person. It counts from the call until its acknowledgement, which comes after COMMIT.`;

const kinds = ['dead', 'hung', 'no bot'] as const;

export const deadBot: Benchmark = {
  about,
  options: { calls: { type: 'string', default: '100', about: 'calls for a person a site and run' } },
  defaults: { runs: 5, seconds: 1 },
  async run({ runs, print, count }) {
    const settings = await readSettings();
    const pinning = pin();
    print(`${pinning.told}; ${runs} runs of ${count('calls')} calls a site\n`);
    const database = await createDatabase();
    const hung = await openHungBot();
    // A bot on this machine is what is measured with: allowed, as for the demo.
    const env = { ...handrailEnv(database.url), OUTBOUND_ALLOW: '127.0.0.0/8' };
    const server = await startProcess({ script: 'server/main.ts', env, core: pinning.server });
    const backstage = await openBackstage(database.url);
    const lost: string[] = [];
    const durations = new Map<string, number[]>(kinds.map((kind) => [kind, []]));
    try {
      const secret = 'the secret of a bot that does not answer';
      const bots: Record<(typeof kinds)[number], SiteBot> = {
        dead: { kind: 'http', url: `http://127.0.0.1:${await freePort()}/`, secret },
        hung: { kind: 'http', url: hung.url, secret },
        'no bot': { kind: 'page' },
      };
      const sites = new Map<string, Awaited<ReturnType<typeof backstage.store.sites.save>>>();
      for (const kind of kinds) {
        const { id: _id, key: _key, ...like } = backstage.site;
        sites.set(kind, await backstage.store.sites.save({ ...like, bot: bots[kind] }));
      }
      for (let run = 0; run <= runs; run += 1) {
        for (const [index] of kinds.entries()) {
          const kind = kinds[(index + run) % kinds.length] ?? 'dead';
          const site = sites.get(kind);
          if (site === undefined) throw new Error(`no site ${kind}`);
          for (let call = 0; call < count('calls'); call += 1) {
            const { token } = await backstage.store.customers.create(site.id);
            const conversationId = v7();
            const customer = await connectCustomer(
              server.url,
              { site: site.key, token, conversationId },
              { onLost: (why) => void lost.push(why) },
            );
            await command(customer, 'message:send', conversationId, { text: 'Where is my card?' });
            const askedAt = performance.now();
            await command(customer, 'handoff:request', conversationId);
            // The first run only warms up.
            if (run > 0) durations.get(kind)?.push(performance.now() - askedAt);
            customer.close();
          }
        }
      }
    } finally {
      await backstage.close();
      await server.stop();
      await hung.close();
      await database.drop();
    }
    const results = kinds.map((kind) => {
      const sorted = [...(durations.get(kind) ?? [])].sort((a, b) => a - b);
      const p95Ms = rounded(sorted[Math.floor(sorted.length * 0.95)] ?? Number.NaN);
      const { p50Ms, maxMs } = percentiles(sorted);
      return { kind, calls: sorted.length, p50Ms: rounded(p50Ms), p95Ms, maxMs: rounded(maxMs) };
    });
    print(
      table(
        ['bot', 'calls', 'p50 ms', 'p95 ms', 'max ms'],
        results.map(({ kind, calls, p50Ms, p95Ms, maxMs }) => [kind, calls, p50Ms, p95Ms, maxMs]),
      ),
    );
    return {
      problems: [...settings.problems, ...lost.map((why) => `a socket was lost: ${why}`)],
      result: { ...Object.fromEntries(results.map(({ kind, ...one }) => [kind, one])), runs },
    };
  },
};

/** Takes connections and whatever is written to them, and says nothing. */
async function openHungBot(): Promise<{ url: string; close(): Promise<void> }> {
  const open = new Set<Socket>();
  const server: Server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => open.delete(socket));
    socket.resume();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}
