import type { Signal } from '@preact/signals';
import { useText, useUi } from './ui.ts';

/** What becomes of what is said here, and the customer's choice whether anything may learn from it. */
export function Consent({ doNotTrain }: { doNotTrain: Signal<boolean | undefined> }) {
  const text = useText();
  // A site that an earlier visit has kept knows nothing of this.
  const rules = useUi().chat.site.value?.feedback;
  return (
    <>
      <p class="soft consent">{rules?.consent || text.consent}</p>
      {rules?.mayChoose && (
        <label class="consent">
          <input
            type="checkbox"
            checked={doNotTrain.value ?? rules.doNotTrain}
            onChange={({ currentTarget }) => (doNotTrain.value = currentTarget.checked)}
          />
          {text.doNotTrain}
        </label>
      )}
    </>
  );
}
