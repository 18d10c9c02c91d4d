import { setTimeout as sleep } from 'node:timers/promises';
import { launchChromium } from '../test/support/chromium.ts';
import { addConversations } from '../test/support/many-conversations.ts';
import { consolePage } from './console-page.ts';
import { handrailEnv, openBackstage } from './handrail.ts';
import { traceTasks } from './main-thread.ts';
import type { Benchmark } from './options.ts';
import { createDatabase } from './postgres.ts';
import { startProcess } from './processes.ts';
import { rounded, table } from './statistics.ts';

const about = `inbox: the longest task of the page's main thread while an agent scrolls and searches a long inbox.

A real server, a scratch database with so many conversations, and the built console (npm run build) in a real Chromium
at 1280x800, traced by Chromium itself. Measured are: the list of all conversations scrolled from end to end by the
wheel, the same list by the arrow key, and words typed letter by letter into the search. Rows in the page are counted
with each. A task is told by the clock and by the time that its thread had a core: on a machine that does much else they
differ, and only the second is the page's own. It does not count if one of these is over 50 ms.`;

const longMs = 50;
const wheelPx = 4_000;

interface Measured {
  readonly clockMs: number;
  readonly cpuMs: number;
  readonly over50: number;
  readonly over50Cpu: number;
  readonly rows: number;
}

export const inbox: Benchmark = {
  about,
  options: { conversations: { type: 'string', default: '10000', about: 'conversations of the site' } },
  defaults: { runs: 3, seconds: 1 },
  async run({ runs, count, print }) {
    const database = await createDatabase();
    const server = await startProcess({
      script: 'server/main.ts',
      env: handrailEnv(database.url),
      core: null,
    });
    const backstage = await openBackstage(database.url);
    const browser = await launchChromium();
    try {
      await addConversations(backstage, backstage.site, count('conversations'));
      const [agent] = await backstage.addAgents(1, server.url);
      if (agent === undefined) throw new Error('there is no agent');
      const page = await consolePage(browser, agent, server.url);
      const rowCount = () => page.locator('[data-row], .hit').count();
      const results = new Map<string, Measured>();
      const measure = async (name: string, work: () => Promise<void>) => {
        const tasks = await traceTasks(page, async () => {
          await work();
          await sleep(300);
        });
        const before = results.get(name) ?? { clockMs: 0, cpuMs: 0, over50: 0, over50Cpu: 0, rows: 0 };
        results.set(name, {
          clockMs: Math.max(before.clockMs, ...tasks.map(({ clockMs }) => clockMs)),
          cpuMs: Math.max(before.cpuMs, ...tasks.map(({ cpuMs }) => cpuMs)),
          over50: before.over50 + tasks.filter(({ clockMs }) => clockMs > longMs).length,
          over50Cpu: before.over50Cpu + tasks.filter(({ cpuMs }) => cpuMs > longMs).length,
          rows: Math.max(before.rows, await rowCount()),
        });
      };
      await page.goto(`${server.url}/console/`);
      await page.getByRole('button', { name: 'All', exact: true }).click();
      await page.locator('.windowed [data-row]').first().waitFor();
      for (let run = 0; run < runs; run += 1) {
        await page.locator('.windowed').hover();
        await measure('scroll by wheel', async () => {
          for (let step = 0; step < 260; step += 1) {
            await page.mouse.wheel(0, wheelPx);
            const isAtEnd = await page
              .locator('.windowed')
              .evaluate((box) => box.scrollTop + box.clientHeight >= box.scrollHeight - 2);
            if (isAtEnd && step > 20) await sleep(100);
          }
        });
        await page.locator('.windowed').evaluate((box) => box.scrollTo(0, 0));
        await page.locator('.windowed [data-row]').first().focus();
        await measure('arrow key', async () => {
          for (let press = 0; press < 200; press += 1) await page.keyboard.press('ArrowDown');
        });
        await page.keyboard.press('s');
        await page.getByRole('searchbox').waitFor();
        await measure('type a search', async () => {
          await page.keyboard.type('question about a transfer 12', { delay: 60 });
          await page.locator('.hit').first().waitFor();
        });
        await page.keyboard.press('Escape');
        await page.keyboard.press('1');
        await page.locator('.windowed [data-row]').first().waitFor();
      }
      const rows = [...results].map(([name, one]) => [
        name,
        rounded(one.cpuMs),
        one.over50Cpu,
        rounded(one.clockMs),
        one.over50,
        one.rows,
      ]);
      const header = [
        'what is done',
        'longest on the CPU ms',
        'over 50',
        'by the clock ms',
        'over 50',
        'most rows',
      ];
      print(table(header, rows));
      const problems = [...results]
        .filter(([, { over50Cpu }]) => over50Cpu > 0)
        .map(([name, { cpuMs }]) => `${name}: a task of ${rounded(cpuMs)} ms`);
      return { problems, result: { conversations: count('conversations'), ...Object.fromEntries(results) } };
    } finally {
      await browser.close();
      await backstage.close();
      await server.stop();
      await database.drop();
    }
  },
};
