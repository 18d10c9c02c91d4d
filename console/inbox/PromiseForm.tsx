import { useSignal } from '@preact/signals';
import { useState } from 'preact/hooks';
import type { AgentPromiseKind } from '../../protocol/promise.ts';
import { inputTime, quickDeadlines, timeOf } from '../promises/deadline.ts';
import { Key } from '../shared/Key.tsx';
import type { ActionResult } from './actions.ts';
import { StepForm, useStep } from './StepForm.tsx';

/** What, and by when: the customer reads both, so both are asked for. */
export function PromiseForm(props: {
  act: (what: { kind: AgentPromiseKind; text: string; dueAt: number }) => Promise<ActionResult>;
  onLeave: () => void;
}) {
  const text = useSignal('');
  const kind = useSignal<AgentPromiseKind>('follow_up');
  const [choices] = useState(() => quickDeadlines(Date.now()));
  const by = useSignal(inputTime(choices.at(-1)?.at ?? Date.now()));
  const step = useStep(props.onLeave);
  const dueAt = timeOf(by.value);
  const isPast = dueAt !== null && dueAt <= Date.now();
  const canPromise = text.value.trim() !== '' && dueAt !== null && !isPast && !step.isBusy.value;
  const submit = () => {
    if (!canPromise || dueAt === null) return;
    step.run(() => props.act({ kind: kind.value, text: text.value.trim(), dueAt }));
  };
  return (
    <StepForm label="Promise something" step={step} onSubmit={submit}>
      <label class="field grows">
        What do you promise? The customer reads it.
        <input
          class="input"
          maxLength={500}
          placeholder="I will check with billing"
          value={text.value}
          onInput={(event) => (text.value = event.currentTarget.value)}
        />
      </label>
      <label class="field">
        Kind
        <select
          class="input"
          value={kind.value}
          onChange={(event) => {
            kind.value = event.currentTarget.value === 'call_back' ? 'call_back' : 'follow_up';
          }}
        >
          <option value="follow_up">Follow-up</option>
          <option value="call_back">Call back</option>
        </select>
      </label>
      <div class="deadline">
        <fieldset class="quick" aria-label="Usual deadlines">
          {choices.map(({ name, at }) => (
            <button
              key={name}
              type="button"
              class="button small"
              aria-pressed={by.value === inputTime(at)}
              onClick={() => (by.value = inputTime(at))}
            >
              {name}
            </button>
          ))}
        </fieldset>
        <label class="field by">
          By
          <input
            class="input"
            type="datetime-local"
            value={by.value}
            onInput={(event) => (by.value = event.currentTarget.value)}
          />
        </label>
        {isPast && <span class="fail">That has passed.</span>}
      </div>
      <button type="submit" class="button primary" disabled={!canPromise}>
        {step.isBusy.value ? 'Promising…' : 'Promise'} <Key name="↵" isAlways />
      </button>
    </StepForm>
  );
}
