import { setTimeout as sleep } from 'node:timers/promises';
import { desktop, launchChromium } from '../test/support/chromium.ts';
import { addConversations } from '../test/support/many-conversations.ts';
import { handrailEnv, openBackstage } from './handrail.ts';
import type { Benchmark } from './options.ts';
import { createDatabase } from './postgres.ts';
import { startProcess } from './processes.ts';
import { rounded, table } from './statistics.ts';

const about = `inbox: the longest task of the page's main thread while an agent scrolls and searches a long inbox.

A real server, a scratch database with so many conversations, and the built console (npm run build) in a real Chromium
at 1280x800. The page's own PerformanceObserver reports every task over 50 ms (the browser counts none below). Measured
are: the list of all conversations scrolled from end to end by the wheel, the same list by the arrow key, and words
typed letter by letter into the search. Rows in the page are counted with each.`;

const wheelPx = 4_000;

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
      const context = await browser.newContext(desktop);
      await context.addCookies(
        agent.cookie.split('; ').map((one) => {
          const [name = '', ...value] = one.split('=');
          return { name, value: value.join('='), url: server.url };
        }),
      );
      const page = await context.newPage();
      await page.addInitScript(() => {
        const tasks: number[] = [];
        Object.assign(window, { longTasks: tasks });
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) tasks.push(entry.duration);
        }).observe({ type: 'longtask' });
      });
      /** Tasks over 50 ms since the last call. */
      const taken = () =>
        page.evaluate(() => (window as unknown as { longTasks: number[] }).longTasks.splice(0));
      const rowCount = () => page.locator('[data-row], .hit').count();
      const results = new Map<string, { longest: number; over50: number; rows: number }>();
      const measure = async (name: string, work: () => Promise<void>) => {
        await taken();
        await work();
        await sleep(300);
        const tasks = await taken();
        const before = results.get(name) ?? { longest: 0, over50: 0, rows: 0 };
        results.set(name, {
          longest: Math.max(before.longest, ...tasks),
          over50: before.over50 + tasks.length,
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
      const rows = [...results].map(([name, { longest, over50, rows }]) => [
        name,
        over50 === 0 ? 'below 50' : rounded(longest),
        over50,
        rows,
      ]);
      print(table(['what is done', 'longest task ms', 'tasks over 50 ms', 'most rows in the page'], rows));
      return {
        problems: [],
        result: { conversations: count('conversations'), ...Object.fromEntries(results) },
      };
    } finally {
      await browser.close();
      await backstage.close();
      await server.stop();
      await database.drop();
    }
  },
};
