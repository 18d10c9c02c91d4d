import { createHmac } from 'node:crypto';
import type { Fact } from '../../protocol/conversation.ts';
import type { Webhook, WebhookDelivery, WebhookList } from '../../protocol/webhooks.ts';
import type { Received, Receiver } from '../support/receivers.ts';
import type { TestServer } from '../support/server.ts';
import { json } from './requests.ts';

export interface WebhookBody {
  readonly id: string;
  readonly type: string;
  readonly webhook: string;
  readonly site: { readonly key: string };
  readonly conversation: { readonly id: string; readonly customer: string };
  readonly fact: Fact;
  readonly attempt: number;
}

export const bodyOf = ({ body }: Received): WebhookBody => JSON.parse(body.toString());

/** What came to this path, in order; of this conversation only. */
export const sentTo = (receiver: Receiver, path: string, conversationId?: string): WebhookBody[] =>
  receiver.received
    .filter((one) => one.path === path)
    .map(bodyOf)
    .filter(({ conversation }) => conversationId === undefined || conversation?.id === conversationId);

/** How many of the signatures were made with this secret: as docs/webhooks.md tells receivers to check. */
export function signaturesBy(secret: string, { headers, body }: Received): number {
  const [t = '', ...signatures] = String(headers['handrail-signature']).split(',');
  const expected = createHmac('sha256', secret)
    .update(`${t.slice(2)}.${body}`)
    .digest('hex');
  return signatures.filter((one) => one === `v1=${expected}`).length;
}

/** An agent who looks after the webhooks of their site over HTTP. */
export function webhooksOf(server: TestServer, cookie: string) {
  const post = (path: string, body: object) =>
    fetch(`${server.url}/v1/desk/webhooks/${path}`, json(body, { cookie }));
  const get = async <T>(path: string): Promise<T> =>
    (await (await fetch(`${server.url}/v1/desk/webhooks${path}`, { headers: { cookie } })).json()) as T;
  return {
    post,
    async add(site: { key: string }, url: string, types: string[] | null = null) {
      const response = await post('add', { site: site.key, url, types });
      if (!response.ok) throw new Error(await response.text());
      return (await response.json()) as { webhook: Webhook; secret: string };
    },
    list: () => get<WebhookList>(''),
    one: async (id: string) => (await get<WebhookList>('')).webhooks.find((webhook) => webhook.id === id),
    deliveries: async (id: string) =>
      (await get<{ deliveries: WebhookDelivery[] }>(`/${id}/deliveries`)).deliveries,
  };
}
