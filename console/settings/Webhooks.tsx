import { useSignal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { isReaching } from '../connection.ts';
import { LoadFailed } from '../shared/LoadFailed.tsx';
import { useWorkplace } from '../workplace.ts';
import { WebhookForm } from './WebhookForm.tsx';
import { WebhookRow } from './WebhookRow.tsx';
import { createWebhooks } from './webhook-list.ts';

/** Where the facts of the agent's sites are sent, and how that goes. */
export function Webhooks() {
  const { session, connection } = useWorkplace();
  const [webhooks] = useState(() => createWebhooks(session.api));
  const isAdding = useSignal(false);
  const { list, hasFailed, said } = webhooks.state.value;
  const canReach = isReaching(connection.state.value);
  useEffect(() => {
    // Also once the line is back: what is shown may be old.
    if (canReach) void webhooks.load();
  }, [webhooks, canReach]);

  return (
    <section class="webhooks" aria-labelledby="webhooks">
      <h2 id="webhooks">Webhooks</h2>
      <p class="soft small">
        Sends what customers may see to a system of yours, as it happens: signed, in order, and again until it
        is taken. Notes among agents never leave.
      </p>
      {hasFailed && (
        <LoadFailed onAgain={() => void webhooks.load()}>The webhooks could not be loaded.</LoadFailed>
      )}
      {list === null && !hasFailed && (
        <p class="soft small" role="status">
          Loading…
        </p>
      )}
      {list?.webhooks.length === 0 && <p class="soft">No webhooks yet.</p>}
      {list !== null && list.webhooks.length > 0 && (
        <ul class="webhook-rows">
          {list.webhooks.map((webhook) => (
            <WebhookRow key={webhook.id} webhook={webhook} webhooks={webhooks} canReach={canReach} />
          ))}
        </ul>
      )}
      {list !== null && !isAdding.value && (
        <button
          type="button"
          class="button"
          disabled={!canReach}
          onClick={() => {
            webhooks.putAway();
            isAdding.value = true;
          }}
        >
          Add webhook
        </button>
      )}
      {list !== null && isAdding.value && (
        <WebhookForm
          webhooks={webhooks}
          types={list.types}
          onClose={() => (isAdding.value = false)}
          onCancel={() => {
            webhooks.putAway();
            isAdding.value = false;
          }}
        />
      )}
      <p role="status" class={said?.isProblem ? 'fail small' : 'good small'}>
        {said?.at === 'add' ? said.text : ''}
      </p>
    </section>
  );
}
