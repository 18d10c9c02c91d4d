import { type ReadonlySignal, signal } from '@preact/signals';
import type {
  NewWebhook,
  Webhook,
  WebhookDelivery,
  WebhookList,
  WebhookPinged,
  WebhookReplay,
  WebhookReplayed,
  WebhookWithSecret,
} from '../../protocol/webhooks.ts';
import { type Api, ApiError } from '../api.ts';
import { createManagedList, type ManagedState } from '../shared/managed-list.ts';
import { pingWords, problemWords } from './webhook-words.ts';

export interface DeliveriesState {
  readonly deliveries: readonly WebhookDelivery[];
  readonly next: number | null;
  readonly isLoading: boolean;
  readonly hasFailed: boolean;
}

/** The webhooks of the agent's sites, without a screen. Nothing here throws: what went wrong is said in place. */
export interface Webhooks {
  readonly state: ReadonlySignal<ManagedState<WebhookList>>;
  load(): Promise<void>;
  /** @returns whether it was added */
  add(webhook: NewWebhook): Promise<boolean>;
  setPaused(webhook: Webhook, isPaused: boolean): Promise<void>;
  renewSecret(webhook: Webhook): Promise<void>;
  /** The secret, and what was said. */
  putAway(): void;
  remove(webhook: Webhook): Promise<void>;
  ping(webhook: Webhook): Promise<void>;
  replay(body: WebhookReplay): Promise<void>;
}

type WebhooksApi = Pick<Api, 'webhooks' | 'webhookDeliveries' | 'changeWebhooks'>;

export function createWebhooks(api: WebhooksApi): Webhooks {
  const { state, load, act, show, putAway } = createManagedList(() => api.webhooks(), problemWords);
  const keepSecret = ({ webhook, secret }: WebhookWithSecret) => show({ id: webhook.id, text: secret });

  return {
    state,
    load,
    add: (webhook) =>
      act('add', async () => {
        keepSecret(await api.changeWebhooks('add', webhook));
        return 'Added. It begins with what happens from now on.';
      }),
    async setPaused({ id }, isPaused) {
      await act(id, async () => {
        await api.changeWebhooks('change', { id, isPaused });
        return isPaused ? 'Paused.' : 'On again.';
      });
    },
    async renewSecret({ id }) {
      await act(id, async () => {
        keepSecret(await api.changeWebhooks('secret', { id }));
        return 'For a day the secret before signs, too.';
      });
    },
    putAway,
    async remove({ id }) {
      await act(id, async () => {
        await api.changeWebhooks('remove', { id });
        return 'Removed.';
      });
    },
    async ping({ id }) {
      await act(id, async () => pingWords(await api.changeWebhooks<WebhookPinged>('ping', { id })));
    },
    async replay(body) {
      await act(body.id, async () => {
        const { conversations } = await api.changeWebhooks<WebhookReplayed>('replay', body);
        return conversations === 1
          ? 'One conversation is sent again.'
          : `${conversations.toLocaleString()} conversations are sent again.`;
      });
    },
  };
}

/** What became of the tries of one webhook, page by page. */
export function createDeliveries(api: WebhooksApi, webhookId: string) {
  const state = signal<DeliveriesState>({ deliveries: [], next: null, isLoading: true, hasFailed: false });
  const load = async (before: number | null): Promise<void> => {
    state.value = { ...state.peek(), isLoading: true, hasFailed: false };
    try {
      const { deliveries, next } = await api.webhookDeliveries(webhookId, before);
      const earlier = before === null ? [] : state.peek().deliveries;
      state.value = { deliveries: [...earlier, ...deliveries], next, isLoading: false, hasFailed: false };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      state.value = { ...state.peek(), isLoading: false, hasFailed: true };
    }
  };
  return { state, load };
}
