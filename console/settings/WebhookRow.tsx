import { useSignal } from '@preact/signals';
import type { Webhook } from '../../protocol/webhooks.ts';
import { Confirm } from '../shared/Confirm.tsx';
import { ShownOnce } from '../shared/ShownOnce.tsx';
import { now } from '../shared/time.ts';
import { count } from '../shared/words.ts';
import { WebhookDeliveries } from './WebhookDeliveries.tsx';
import type { Webhooks } from './webhook-list.ts';
import { standing, wanted } from './webhook-words.ts';

interface Props {
  readonly webhook: Webhook;
  readonly webhooks: Webhooks;
  readonly canReach: boolean;
}

/** One webhook: how it stands, and what can be done with it. */
export function WebhookRow({ webhook, webhooks, canReach }: Props) {
  const isOpen = useSignal(false);
  const isRemoving = useSignal(false);
  const { shown, said, busy } = webhooks.state.value;
  const { tone, text } = standing(webhook, now.value);
  const isOff = !canReach || busy !== null;
  const isPaused = webhook.paused !== null;
  const listId = `deliveries-${webhook.id}`;
  return (
    <li class="webhook" aria-label={webhook.url}>
      <p class="webhook-url">{webhook.url}</p>
      <p class={`small ${tone}`}>{text}</p>
      <p class="soft small">
        {webhook.siteName} · {wanted(webhook)}
      </p>
      {webhook.failed > 0 && (
        <p class="small fail webhook-failed">
          {count(webhook.failed, 'stretch', 'stretches')} failed for good.
          <button
            type="button"
            class="button small"
            disabled={isOff}
            onClick={() => void webhooks.replay({ id: webhook.id, failed: true })}
          >
            Replay what failed
          </button>
        </p>
      )}
      <div class="form-buttons">
        <button
          type="button"
          class={isPaused ? 'button small primary' : 'button small'}
          disabled={isOff}
          onClick={() => void webhooks.setPaused(webhook, !isPaused)}
        >
          {isPaused ? 'Resume' : 'Pause'}
        </button>
        <button
          type="button"
          class="button small"
          disabled={isOff}
          onClick={() => void webhooks.ping(webhook)}
        >
          Send a test
        </button>
        <button
          type="button"
          class="button small"
          aria-expanded={isOpen.value}
          aria-controls={listId}
          onClick={() => (isOpen.value = !isOpen.value)}
        >
          Deliveries
        </button>
        <button
          type="button"
          class="button small"
          disabled={isOff}
          onClick={() => void webhooks.renewSecret(webhook)}
        >
          New secret
        </button>
        <button
          type="button"
          class="button small"
          disabled={isOff}
          aria-expanded={isRemoving.value}
          onClick={() => (isRemoving.value = !isRemoving.value)}
        >
          Remove…
        </button>
      </div>
      {isRemoving.value && (
        <Confirm
          yes="Remove it"
          no="Keep it"
          isOff={isOff}
          onYes={() => void webhooks.remove(webhook)}
          onNo={() => (isRemoving.value = false)}
        >
          What has not been delivered is not sent any more.
        </Confirm>
      )}
      <p role="status" class={said?.isProblem ? 'fail small' : 'good small'}>
        {said?.at === webhook.id ? said.text : ''}
      </p>
      {shown?.id === webhook.id && (
        <ShownOnce
          label="Secret, shown this once: what is sent is signed with it"
          text={shown.text}
          onDone={webhooks.putAway}
        />
      )}
      <div id={listId}>
        {isOpen.value && <WebhookDeliveries webhookId={webhook.id} webhooks={webhooks} canReach={canReach} />}
      </div>
    </li>
  );
}
