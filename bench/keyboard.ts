import { setTimeout as sleep } from 'node:timers/promises';
import { keepKeyLog } from '../test/console/key-log.ts';
import { addGreeting, endings, told, type Worked, workHandoff } from '../test/console/keyboard-shift.ts';
import { launchChromium, watchForFaults } from '../test/support/chromium.ts';
import { connectAgent } from '../test/support/clients.ts';
import { consolePage } from './console-page.ts';
import { handrailEnv, openBackstage } from './handrail.ts';
import type { Benchmark } from './options.ts';
import { createDatabase } from './postgres.ts';
import { startProcess } from './processes.ts';
import { at, median, rounded, table } from './statistics.ts';

const about = `keyboard: an agent works handoffs without a mouse, and how far each is from the reply.

A real server, a scratch database, and the built console (npm run build) in a real Chromium at 1280x800. Customers ask
for a person over real sockets, one after another. The agent takes each with A, writes, and ends it in one of eight ways
in turn: solved, not solved, with a canned response, a note that calls a colleague, a promise, passed on, handed back to
the bot, undone and ended once more. The page itself writes down when a row arrives, every key, and when the reply box
has the focus. Afterwards the facts of each conversation are read from the database: exactly what was meant, in order.
It does not count if more than one key lies between a row and its reply box, or if a fact is wrong.`;

/** Longer than an ending can be undone, on a machine that does much else. */
const settledWithinMs = 20_000;

/** Passing on can be undone for a while: until then it is not the colleague's to end. The facts say whether it was. */
async function endOnceTheirs(
  desk: Awaited<ReturnType<typeof connectAgent>>,
  conversationId: string,
): Promise<void> {
  const until = Date.now() + settledWithinMs;
  let reply = await desk.send('conversation:resolve', conversationId, { outcome: 'solved' });
  while (!reply.ok && Date.now() < until) {
    await sleep(250);
    reply = await desk.send('conversation:resolve', conversationId, { outcome: 'solved' });
  }
}

export const keyboard: Benchmark = {
  about,
  options: { handoffs: { type: 'string', default: '100', about: 'handoffs in a run' } },
  defaults: { runs: 1, seconds: 1 },
  async run({ runs, count, print }) {
    const database = await createDatabase();
    const server = await startProcess({
      script: 'server/main.ts',
      env: handrailEnv(database.url),
      core: null,
    });
    const { url } = server;
    const backstage = await openBackstage(database.url);
    const browser = await launchChromium();
    const { store, site } = backstage;
    try {
      await addGreeting(store, site);
      const [agent, colleague] = await backstage.addAgents(2, url, 'lead');
      if (agent === undefined || colleague === undefined) throw new Error('two agents are needed');
      const desk = await connectAgent(url, colleague.cookie);
      const page = await consolePage(browser, agent, url);
      const faults = watchForFaults(page);
      await keepKeyLog(page);
      await page.goto(`${url}/console/`);
      await page.getByText('Nobody waits. You will hear').waitFor();
      const shift = { page, url, store, site, names: { agent: agent.name, colleague: colleague.name } };
      const worked: Worked[] = [];
      const ended: Promise<void>[] = [];
      for (let number = 1; number <= runs * count('handoffs'); number += 1) {
        const ending = endings[(number - 1) % endings.length] ?? 'solved';
        const one = await workHandoff(shift, number, ending);
        worked.push(one);
        // The colleague ends what was passed on, so that their hands do not fill.
        if (ending === 'passed') {
          ended.push(endOnceTheirs(desk, one.conversationId));
          worked[worked.length - 1] = {
            ...one,
            intended: [...one.intended, 'conversation.resolved solved '],
          };
        }
      }
      await Promise.all(ended);
      const wrong: string[] = [];
      for (const one of worked) {
        const problem = await wrongIn(one, () => told(store, one.conversationId));
        if (problem !== null) wrong.push(problem);
      }
      const left = await database.rows<{ id: string }>(
        "select id from conversations where status = 'waiting'",
      );
      desk.close();

      const keys = worked.map((one) => one.keys);
      const times = keys.map(({ toComposerMs }) => toComposerMs);
      const result = {
        handoffs: worked.length,
        keysPerHandoff: median(keys.map(({ presses }) => presses)),
        keysToComposerMax: Math.max(...keys.map(({ pressesToComposer }) => pressesToComposer)),
        toComposerMs: { p50: rounded(median(times)), p95: rounded(at(times, 0.95)) },
        wrongFacts: wrong.length,
        leftWaiting: left.length,
      };
      const rows = [
        ['handoffs', result.handoffs],
        ['keys per handoff, median', result.keysPerHandoff],
        ['keys from alert to composer, most', result.keysToComposerMax],
        ['alert to composer, p50 ms', result.toComposerMs.p50],
        ['alert to composer, p95 ms', result.toComposerMs.p95],
        ['conversations with wrong or lost facts', result.wrongFacts],
        ['left waiting', result.leftWaiting],
      ] as const;
      print(table(['what', 'measured'], rows));
      const problems = [
        ...wrong,
        ...faults,
        ...(result.keysToComposerMax === 1 ? [] : [`${result.keysToComposerMax} keys to the composer`]),
        ...(left.length === 0 ? [] : [`${left.length} customers still wait`]),
      ];
      return { problems, result };
    } finally {
      await browser.close();
      await backstage.close();
      await server.stop();
      await database.drop();
    }
  },
};

/** Waits for what can still be undone. @returns what is wrong in the end; null if nothing */
async function wrongIn(
  { conversationId, ending, intended }: Worked,
  read: () => Promise<string[]>,
): Promise<string | null> {
  const until = Date.now() + settledWithinMs;
  for (;;) {
    const facts = await read();
    if (facts.join('\n') === intended.join('\n')) return null;
    if (Date.now() > until || facts.length > intended.length) {
      return `${conversationId} (${ending}): ${JSON.stringify(facts)} instead of ${JSON.stringify(intended)}`;
    }
    await sleep(200);
  }
}
