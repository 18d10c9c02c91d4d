import { useSignal } from '@preact/signals';
import type { TargetedSubmitEvent } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { NewWebhook } from '../../protocol/webhooks.ts';
import { SiteSelect } from '../shared/SiteSelect.tsx';
import type { Webhooks } from './webhook-list.ts';

interface Props {
  readonly webhooks: Webhooks;
  /** The facts that a webhook may want. */
  readonly types: readonly string[];
  /** It was added. */
  readonly onClose: () => void;
  readonly onCancel: () => void;
}

/** Adds a webhook: whose facts, where to, and which. */
export function WebhookForm({ webhooks, types, onClose, onCancel }: Props) {
  const isAll = useSignal(true);
  const problem = useSignal('');
  const address = useRef<HTMLInputElement>(null);
  const isBusy = webhooks.state.value.busy === 'add';
  useEffect(() => address.current?.focus(), []);

  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const url = String(fields.get('url')).trim();
    const wanted = fields.getAll('type').map(String);
    problem.value = '';
    if (!/^https?:\/\/./.test(url)) {
      problem.value = 'The address begins with https:// or http://.';
    } else if (!isAll.value && wanted.length === 0) {
      problem.value = 'Choose at least one kind of fact, or all of them.';
    }
    if (problem.value !== '') return;
    // The names came from the server, which checks them again.
    const chosen = isAll.value ? null : (wanted as NonNullable<NewWebhook['types']>);
    const site = String(fields.get('site'));
    if (await webhooks.add({ site, url, types: chosen })) onClose();
  };

  return (
    <form
      class="settings-form"
      aria-label="Add a webhook"
      noValidate
      onSubmit={(event) => void submit(event)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onCancel();
      }}
    >
      <SiteSelect />
      <label class="field">
        Address
        <input
          ref={address}
          class="input"
          name="url"
          type="url"
          required
          maxLength={2_000}
          placeholder="https://hooks.example.com/handrail"
          aria-describedby="webhook-problem"
        />
      </label>
      <label class="check">
        <input
          type="checkbox"
          checked={isAll.value}
          onChange={(event) => (isAll.value = event.currentTarget.checked)}
        />
        Everything that customers may see
      </label>
      {!isAll.value && (
        <fieldset class="webhook-types">
          <legend class="soft small">Only these facts</legend>
          {types.map((type) => (
            <label key={type} class="check small">
              <input type="checkbox" name="type" value={type} />
              {type}
            </label>
          ))}
        </fieldset>
      )}
      <p id="webhook-problem" class="fail small" role="alert">
        {problem.value}
      </p>
      <div class="form-buttons">
        <button type="submit" class="button primary" disabled={isBusy}>
          {isBusy ? 'Adding…' : 'Add'}
        </button>
        <button type="button" class="button quiet" onClick={onCancel}>
          Cancel
        </button>
      </div>
    </form>
  );
}
