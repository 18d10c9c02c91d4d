import { type Signal, useSignal } from '@preact/signals';
import type { FailureCause, Outcome } from '../../protocol/handoff.ts';
import type { AgentRef } from '../../protocol/message.ts';
import { isReaching } from '../connection.ts';
import { Key } from '../shared/Key.tsx';
import { useWorkplace } from '../workplace.ts';
import { acceptAndOpen } from './accept.ts';
import { CauseChoice, chooseByDigit } from './CauseChoice.tsx';
import { Decline } from './Decline.tsx';
import { isLeaving } from './held.ts';
import { PromiseForm } from './PromiseForm.tsx';
import { StepForm, useStep } from './StepForm.tsx';
import type { Standing } from './standing.ts';
import { TransferForm } from './TransferForm.tsx';

/** Which step is being taken: one that changes whose the conversation is, or a promise. */
export type ActionForm = 'hand_back' | 'resolve' | 'transfer' | 'take_over' | 'promise' | null;

interface Props {
  readonly id: string;
  readonly standing: Standing;
  readonly form: Signal<ActionForm>;
  /** Who has it now. */
  readonly agent: AgentRef | null;
}

export function ActionButtons({ id, standing, form, agent }: Props) {
  const workplace = useWorkplace();
  const isOnline = isReaching(workplace.connection.state.value);
  const isAccepting = workplace.accepting.value === id;
  const toggle = (name: ActionForm) => {
    form.value = form.value === name ? null : name;
  };
  // A lead's step: not everybody takes a customer from a colleague.
  if (standing === 'reading' && (agent === null || !workplace.may('conversations:supervise'))) return null;
  if (isLeaving(workplace.held.current.value, id)) return null;
  if (standing === 'reading') {
    return (
      <div class="actions">
        <button
          type="button"
          class="button"
          aria-expanded={form.value === 'take_over'}
          disabled={!isOnline}
          onClick={() => toggle('take_over')}
        >
          Take over <Key name="T" />
        </button>
      </div>
    );
  }
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
          Promise <Key name="P" />
        </button>
      )}
      {standing === 'mine' && (
        <button
          type="button"
          class="button"
          aria-expanded={form.value === 'transfer'}
          disabled={!isOnline}
          onClick={() => toggle('transfer')}
        >
          Pass on <Key name="T" />
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
      {standing === 'waiting' && <Decline id={id} />}
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

/** Asks once more, in place, before a customer is left or taken. */
export function ActionForms({ id, standing, form, agent, onLeave }: Props & { onLeave: () => void }) {
  const { actions } = useWorkplace();
  if (form.value === 'hand_back' && standing === 'mine') return <HandBackForm id={id} onLeave={onLeave} />;
  if (form.value === 'transfer' && standing === 'mine') return <TransferForm id={id} onLeave={onLeave} />;
  if (form.value === 'promise' && standing === 'mine') {
    return <PromiseForm act={(what) => actions.promise(id, what)} onLeave={onLeave} />;
  }
  if (form.value === 'resolve' && standing !== 'reading') return <ResolveForm id={id} onLeave={onLeave} />;
  if (form.value === 'take_over' && standing === 'reading' && agent !== null) {
    return <TakeOverForm id={id} from={agent} onLeave={onLeave} />;
  }
  return null;
}

function HandBackForm({ id, onLeave }: { id: string; onLeave: () => void }) {
  const { held } = useWorkplace();
  const decision = useSignal('');
  const cause = useSignal<FailureCause | null>(null);
  const step = useStep(onLeave);
  const handBack = () => {
    held.hold(id, { kind: 'hand_back', decision: decision.peek().trim(), cause: cause.peek() });
    onLeave();
  };
  return (
    <StepForm
      label="Hand back to the bot"
      step={step}
      onSubmit={handBack}
      onKey={(event) => {
        if (!chooseByDigit(event, cause)) return false;
        // The next Enter carries it out; on the choice it would take it back.
        if (event.currentTarget instanceof HTMLFormElement) {
          event.currentTarget.querySelector<HTMLElement>('[type=submit]')?.focus();
        }
        return true;
      }}
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
      <CauseChoice cause={cause} />
      <button type="submit" class="button primary">
        Hand back <Key name="↵" isAlways />
      </button>
    </StepForm>
  );
}

function ResolveForm({ id, onLeave }: { id: string; onLeave: () => void }) {
  const { held } = useWorkplace();
  const cause = useSignal<FailureCause | null>(null);
  const step = useStep(onLeave);
  const resolve = (outcome: Outcome) => {
    held.hold(id, { kind: 'resolve', outcome, cause: cause.peek() });
    onLeave();
  };
  const onKey = (event: KeyboardEvent) => {
    if (chooseByDigit(event, cause)) return true;
    if (event.key.toLowerCase() !== 'n' || event.ctrlKey || event.metaKey || event.altKey) return false;
    resolve('unsolved');
    return true;
  };
  return (
    <StepForm label="Resolve this conversation" step={step} onSubmit={() => resolve('solved')} onKey={onKey}>
      <CauseChoice cause={cause} />
      <span class="grows">Is the customer's question solved?</span>
      <button type="submit" class="button primary" data-first>
        Solved <Key name="↵" isAlways />
      </button>
      <button type="button" class="button" onClick={() => resolve('unsolved')}>
        Not solved <Key name="N" />
      </button>
    </StepForm>
  );
}

function TakeOverForm({ id, from, onLeave }: { id: string; from: AgentRef; onLeave: () => void }) {
  const { actions, wantsReply } = useWorkplace();
  const step = useStep(onLeave);
  const takeOver = async () => {
    const happened = await actions.takeOver(id, from.id);
    if (happened === null) wantsReply.value = id;
    return happened;
  };
  return (
    <StepForm label={`Take over from ${from.name}`} step={step} onSubmit={() => step.run(takeOver)}>
      <span class="grows">Take over from {from.name}? The customer reads that you have joined.</span>
      <button type="submit" class="button primary" data-first disabled={step.isBusy.value}>
        {step.isBusy.value ? 'Taking over…' : 'Take over'} <Key name="↵" isAlways />
      </button>
    </StepForm>
  );
}
