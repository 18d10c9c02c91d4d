import { randomUUID } from 'node:crypto';
import { expect, vi } from 'vitest';
import type { Guidance, NewGuidance } from '../../protocol/guidance.ts';
import type { Site } from '../../server/store/sites.ts';
import type { TestServer } from '../support/server.ts';
import { json } from './requests.ts';

export interface Editor {
  readonly cookie: string;
  /** Calls a route of guidance. */
  post(path: string, body: object): Promise<Response>;
  /** The same, which must be done. @throws Error with the refusal */
  done(path: string, body: object): Promise<Guidance>;
  /** Writes, proposes and approves. */
  live(content: Partial<NewGuidance>): Promise<Guidance>;
}

/** Somebody who works on the guidance of a site, over HTTP as the console does. */
export function editorAt(server: TestServer, site: Site, { cookie }: { cookie: string }): Editor {
  const post = (path: string, body: object) =>
    fetch(`${server.url}/v1/desk/guidance/${path}`, json(body, { cookie }));
  const done = async (path: string, body: object) => {
    const response = await post(path, body);
    const text = await response.text();
    if (!response.ok) throw new Error(text);
    return JSON.parse(text) as Guidance;
  };
  return {
    cookie,
    post,
    done,
    async live(content) {
      const draft = { ...correction, ...content, site: site.key, isProposed: true };
      const { id } = await done('add', draft);
      return done('approve', { id, version: 1, reason: '' });
    },
  };
}

export const correction = {
  kind: 'answer' as const,
  text: 'Cards arrive within **five** days.',
  examples: ['When does my new card arrive?'],
  scope: {},
  reason: '',
  isProposed: false,
};

/** Until what has been approved so far is looked up on these servers: until what is approved right now is. */
export async function untilLookedUp(
  servers: readonly TestServer[],
  site: Site,
  editor: Editor,
): Promise<void> {
  const text = `Is this the ${randomUUID()} that was meant?`;
  const { id } = await editor.live({ text: 'Yes.', examples: [text] });
  const asked = { id: randomUUID(), siteId: site.id, customerId: randomUUID() };
  const command = { name: 'message:send', cid: randomUUID(), text } as const;
  const isFound = async ({ app }: TestServer) =>
    expect(await app.guidance.find(asked, command)).toMatchObject({ applied: { id } });
  for (const server of servers) await vi.waitFor(() => isFound(server), { timeout: 5_000, interval: 50 });
}
