import { randomUUID } from 'node:crypto';
import type { Activity } from 'botbuilder';
import { Answer, type JsonServer, startJsonServer } from './json-server.ts';

export interface OfflineDirectLine extends JsonServer {
  readonly secret: string;
}

/**
 * Both sides of a channel without the cloud: Direct Line 3.0 for the client, the connector service for a bot that runs
 * elsewhere. What the client posts goes to `botUrl`; what the bot answers comes back as calls of its own.
 */
export async function startOfflineDirectLine(botUrl: string): Promise<OfflineDirectLine> {
  const secret = randomUUID();
  const talks = new Map<string, Partial<Activity>[]>();

  const keep = (log: Partial<Activity>[], activity: Partial<Activity>) => {
    const id = randomUUID();
    log.push({ ...activity, id });
    return { id };
  };

  const toBot = async (conversation: string, given: Partial<Activity>): Promise<unknown> => {
    const response = await fetch(`${botUrl}/api/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        ...given,
        channelId: 'directline',
        serviceUrl: server.url,
        conversation: { id: conversation },
        recipient: { id: 'bot', name: 'Bot', role: 'bot' },
      }),
    });
    return response.ok ? null : new Answer(502, await response.text());
  };

  const server = await startJsonServer(async ({ method, path, query, headers, body }) => {
    const [, root, ...rest] = path.split('/');
    if (root === 'v3') {
      const [, conversation = '', , replyToId] = rest;
      const log = talks.get(conversation);
      if (method !== 'POST' || log === undefined) return new Answer(404);
      return keep(log, { ...body, ...(replyToId === undefined ? {} : { replyToId }) });
    }
    if (headers.authorization !== `Bearer ${secret}`) return new Answer(401);
    const [conversation, activities] = rest;
    if (root === 'conversations' && conversation === undefined) {
      const id = randomUUID();
      talks.set(id, []);
      return new Answer(201, { conversationId: id, token: secret, expires_in: 1800 });
    }
    const log = talks.get(conversation ?? '');
    if (root !== 'conversations' || activities !== 'activities' || log === undefined) return new Answer(404);
    if (method === 'POST') {
      const { id } = keep(log, { ...body });
      return (await toBot(conversation ?? '', { ...body, id })) ?? { id };
    }
    const from = Number(query.get('watermark') ?? 0);
    return { activities: log.slice(from), watermark: String(log.length) };
  });
  return { ...server, secret };
}
