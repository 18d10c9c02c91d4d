import { type Signal, useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Outcome } from '../../protocol/handoff.ts';
import { isReaching } from '../connection.ts';
import { Key } from '../shared/Key.tsx';
import { useWorkplace } from '../workplace.ts';
import { acceptAndOpen } from './accept.ts';
import type { ActionResult } from './actions.ts';
import type { Standing } from './standing.ts';

/** Which of the two steps that end an agent's part is being confirmed. */
export type ActionForm = 'hand_back' | 'resolve' | null;

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

/** One step that is carried out or says why not. */
function useStep(onLeave: () => void) {
  const isBusy = useSignal(false);
  const problem = useSignal<string | null>(null);
  const run = (act: () => Promise<ActionResult>) => {
    if (isBusy.peek()) return;
    isBusy.value = true;
    problem.value = null;
    void act().then((happened) => {
      isBusy.value = false;
      if (happened === null) onLeave();
      else problem.value = happened;
    });
  };
  return { isBusy, problem, run, onLeave };
}

function Frame(props: {
  label: string;
  step: ReturnType<typeof useStep>;
  onSubmit: () => void;
  children: ComponentChildren;
}) {
  const { label, step, onSubmit, children } = props;
  const form = useRef<HTMLFormElement>(null);
  // At once, not after the next painting: the next key must already be text, not a shortcut.
  useLayoutEffect(() => form.current?.querySelector<HTMLElement>('input, button')?.focus(), []);
  return (
    <form
      class="action-form"
      aria-label={label}
      ref={form}
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.isComposing) return;
        event.stopPropagation();
        step.onLeave();
      }}
    >
      {children}
      <button type="button" class="button quiet" onClick={step.onLeave}>
        Cancel <Key name="Esc" isAlways />
      </button>
      {step.problem.value !== null && (
        <p class="fail" role="alert">
          {step.problem.value}
        </p>
      )}
    </form>
  );
}
