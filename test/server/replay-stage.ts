import { expect, vi } from 'vitest';
import type { ReplayCaseContent, ReplayReport, ReplayRun, ReplayStart } from '../../protocol/replay.ts';
import type { SiteBot } from '../../server/store/schema.ts';
import { Answer, type JsonServer, startJsonServer } from '../support/foreign-bots/json-server.ts';
import type { TestServer } from '../support/server.ts';
import { editorAt } from './guidance-stage.ts';
import { json } from './requests.ts';

export const question = 'Where is my refund?';

/** A site with somebody who works on its guidance, and replays it as the console does. */
export async function replayStage(server: TestServer, bot: SiteBot) {
  const site = await server.addSite(bot);
  const { cookie } = await server.addAgent(site, 'Adam', 'admin');
  const editor = editorAt(server, site, { cookie });
  const get = async <T>(path: string): Promise<T> => {
    const response = await fetch(`${server.url}/v1/desk/${path}`, { headers: { cookie } });
    expect(response.status).toBe(200);
    return (await response.json()) as T;
  };
  const post = (path: string, body: object) => fetch(`${server.url}/v1/desk/${path}`, json(body, { cookie }));
  const begin = (more: Partial<ReplayStart> = {}) => post('replays/start', { site: site.key, ...more });
  const report = (id: string) => get<ReplayReport>(`replays/${id}/report`);
  const ended = (id: string) =>
    vi.waitFor(
      async () => {
        const now = await report(id);
        expect(now.run.state).not.toBe('running');
        return now;
      },
      { timeout: 20_000, interval: 100 },
    );
  return {
    site,
    editor,
    get,
    post,
    begin,
    report,
    ended,
    saved: async (id: string, content: Partial<ReplayCaseContent>) => {
      const whole = { questions: [], neighbours: [], checks: null, ...content };
      expect((await post('guidance/case', { id, ...whole })).status).toBe(200);
    },
    async replayed(more: Partial<ReplayStart> = {}) {
      const response = await begin(more);
      const text = await response.text();
      expect(response.status, text).toBe(201);
      return ended((JSON.parse(text) as ReplayRun).id);
    },
  };
}
export const of = ({ results }: ReplayReport, text: string) => {
  const found = results.find((one) => one.question === text);
  if (found === undefined) throw new Error(`nobody asked ${text}`);
  return found;
};
export const httpBot = ({ url }: { url: string }): SiteBot => ({ kind: 'http', url, secret: 's'.repeat(16) });
/** Says what it likes, in version 7, and obeys hints if it is told to. */
export const sayingBot = (answer: (text: string, hint: string | null) => string, version = () => '7') =>
  startJsonServer(({ body }) => {
    const hint = Object(body?.hint).text;
    const text = answer(String(body?.text), typeof hint === 'string' ? hint : null);
    return new Answer(200, { text }, { 'handrail-bot-version': version() });
  });

/** Bots of a test file, ended together. */
export function openBots() {
  const all: JsonServer[] = [];
  const opened = async (bot: Promise<JsonServer>) => {
    const one = await bot;
    all.push(one);
    return one;
  };
  return {
    opened,
    saying: (...given: Parameters<typeof sayingBot>) => opened(sayingBot(...given)),
    async close() {
      for (const one of all) await one.close();
    },
  };
}
