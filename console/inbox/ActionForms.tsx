import { type Signal, useSignal } from '@preact/signals';
import type { Outcome } from '../../protocol/handoff.ts';
import { isReaching } from '../connection.ts';
import { Key } from '../shared/Key.tsx';
import { useWorkplace } from '../workplace.ts';
import { Frame, useStep } from './ActionFrame.tsx';
import { acceptAndOpen } from './accept.ts';
import type { ActionResult } from './actions.ts';
import { PromiseForm } from './PromiseForm.tsx';
import type { Standing } from './standing.ts';

/** Which step is being taken: one of the two that end an agent's part, or a promise. */
export type ActionForm = 'hand_back' | 'resolve' | 'promise' | null;

interface Props {
  readonly id: string;
  readonly standing: Standing;
  readonly form: Signal<ActionForm>;
}

export function ActionButtons({ id, standing, form }: Props) {
  const workplace = useWorkplace();
  const isOnline = isReaching(workplace.connection.state.value);
  const isAccepting = workplace.accepting.value === id;
  const toggle = (name: ActionForm) => {
    form.value = form.value === name ? null : name;
  };
  if (standing === 'reading') return null;
  return (
    <div class="actions">
      {standing === 'mine' && (
        <button
          type="button"
          class="button"
          aria-expanded={form.value === 'promise'}
          disabled={!isOnline}
          onClick={() => toggle('promise')}
        >
          Promise… <Key name="P" />
        </button>
      )}
      {standing === 'mine' && (
        <button
          type="button"
          class="button"
          aria-expanded={form.value === 'hand_back'}
          disabled={!isOnline}
          onClick={() => toggle('hand_back')}
        >
          Hand back <Key name="H" />
        </button>
      )}
      <button
        type="button"
        class={standing === 'mine' ? 'button person' : 'button'}
        aria-expanded={form.value === 'resolve'}
        disabled={!isOnline}
        onClick={() => toggle('resolve')}
      >
        Resolve <Key name="E" />
      </button>
      {standing === 'waiting' && (
        <button
          type="button"
          class="button person"
          disabled={!isOnline || isAccepting}
          onClick={() => void acceptAndOpen(workplace, id)}
        >
          {isAccepting ? 'Accepting…' : 'Accept'} <Key name="A" />
        </button>
      )}
    </div>
  );
}

/** Asks once more, in place, before a customer is left. */
export function ActionForms({ id, standing, form, onLeave }: Props & { onLeave: () => void }) {
  const { actions } = useWorkplace();
  if (form.value === 'hand_back' && standing === 'mine') {
    return <HandBackForm act={(decision) => actions.handBack(id, decision)} onLeave={onLeave} />;
  }
  if (form.value === 'promise' && standing === 'mine') {
    return <PromiseForm act={(what) => actions.promise(id, what)} onLeave={onLeave} />;
  }
  if (form.value === 'resolve' && standing !== 'reading') {
    return <ResolveForm act={(outcome) => actions.resolve(id, outcome)} onLeave={onLeave} />;
  }
  return null;
}

function HandBackForm(props: { act: (decision: string) => Promise<ActionResult>; onLeave: () => void }) {
  const decision = useSignal('');
  const step = useStep(props.onLeave);
  return (
    <Frame
      label="Hand back to the bot"
      step={step}
      onSubmit={() => step.run(() => props.act(decision.value.trim()))}
    >
      <label class="field grows">
        What was decided? The customer and the assistant are told.
        <input
          class="input"
          maxLength={2_000}
          placeholder="Optional: the fee is refunded within 5 days"
          value={decision.value}
          onInput={(event) => (decision.value = event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="button primary" disabled={step.isBusy.value}>
        {step.isBusy.value ? 'Handing back…' : 'Hand back'} <Key name="↵" isAlways />
      </button>
    </Frame>
  );
}

function ResolveForm(props: { act: (outcome: Outcome) => Promise<ActionResult>; onLeave: () => void }) {
  const step = useStep(props.onLeave);
  const resolve = (outcome: Outcome) => step.run(() => props.act(outcome));
  return (
    <Frame label="Resolve this conversation" step={step} onSubmit={() => resolve('solved')}>
      <span class="grows">Is the customer's question solved?</span>
      <button type="submit" class="button primary" disabled={step.isBusy.value}>
        Solved <Key name="↵" isAlways />
      </button>
      <button type="button" class="button" disabled={step.isBusy.value} onClick={() => resolve('unsolved')}>
        Not solved
      </button>
    </Frame>
  );
}
