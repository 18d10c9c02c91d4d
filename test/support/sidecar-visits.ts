import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { SharedLine } from '../../protocol/message.ts';
import { desktop, launchChromium, watchForFaults } from './chromium.ts';
import { connectAgent } from './clients.ts';
import { eventually } from './eventually.ts';
import { startTestServer } from './server.ts';

/** The page of examples/sidecar on a real server, under the strictest policy, and agents behind it. */
export async function startSidecarVisits(postgresUrl: string) {
  const server = await startTestServer(postgresUrl);
  const site = await server.addSite({ kind: 'page' }, { key: 'pk_sidecar' });
  const { cookie } = await server.addAgent(site);
  const browser: Browser = await launchChromium();
  const closers: (() => unknown)[] = [];
  const faults: string[] = [];

  const closeAll = async () => {
    for (const close of closers.splice(0)) await close();
    return faults.splice(0);
  };
  return {
    server,
    async openPage(options: BrowserContextOptions = desktop): Promise<Page> {
      // What is still fading in cannot be judged for its contrast.
      const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
      closers.push(() => context.close());
      const page = await context.newPage();
      page.setDefaultTimeout(10_000);
      const seen = watchForFaults(page);
      closers.push(() => faults.push(...seen));
      await page.goto(`${server.url}/demo/sidecar/`);
      return page;
    },
    /** Ends the test's pages, whose browser has reported nothing but this. @returns how often */
    async expectFaults(expected: RegExp): Promise<number> {
      const seen = await closeAll();
      for (const fault of seen) expect(fault).toMatch(expected);
      return seen.length;
    },
    async newAgent(as = cookie) {
      const agent = await connectAgent(server.url, as);
      closers.push(() => agent.close());
      const rows = new Map((await agent.desk).conversations.map((row) => [row.id, row]));
      agent.socket.on('summaries', ({ conversations }) => {
        for (const row of conversations) rows.set(row.id, row);
      });
      const found = (topic: string) =>
        [...rows.values()].find((row) => row.status === 'waiting' && row.topic === topic);
      return {
        ...agent,
        /** The id of the conversation that waits with this topic, once there is one. */
        async waiting(topic: string): Promise<string> {
          await eventually(() => found(topic)?.topic).toBe(topic);
          return found(topic)?.id ?? '';
        },
      };
    },
    /** What has been shared in this conversation. From the store: an agent's own log may begin with what is said later. */
    async sharedIn(conversationId: string): Promise<SharedLine[]> {
      const { facts } = await server.store.conversations.factsAfter(conversationId, 0);
      return facts.flatMap((fact) => (fact.type === 'transcript.shared' ? fact.lines : []));
    },
    /** What the API tells of these questions, in their order. */
    async feedbackOn(questions: readonly string[]) {
      const response = await fetch(`${server.url}/v1/feedback?limit=100`, { headers: { cookie } });
      const { items } = (await response.json()) as { items: Record<string, unknown>[] };
      return items
        .filter(({ question }) => questions.includes(String(question)))
        .sort(
          (one, other) => questions.indexOf(String(one.question)) - questions.indexOf(String(other.question)),
        )
        .map(({ question, answer, verdict, reasons, comment }) => ({
          question,
          answer,
          verdict,
          reasons,
          comment,
        }));
    },
    async endTest() {
      expect(await closeAll()).toEqual([]);
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}
export type SidecarVisits = Awaited<ReturnType<typeof startSidecarVisits>>;

export const askNora = async (page: Page, question: string) => {
  await page.getByLabel('Your question').fill(question);
  await page.keyboard.press('Enter');
};
export const talk = (page: Page) => page.locator('#person').getByRole('button');
export const panel = (page: Page) => page.getByRole('dialog');
export const log = (page: Page) => panel(page).getByRole('log');
