import { type Signal, useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Key } from '../shared/Key.tsx';
import type { ActionResult } from './actions.ts';

export interface Step {
  readonly isBusy: Signal<boolean>;
  readonly problem: Signal<string | null>;
  run(act: () => Promise<ActionResult>): void;
  onLeave(): void;
}

/** One step that is carried out or says why not. */
export function useStep(onLeave: () => void): Step {
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

/** A form between the head and the transcript. Esc leaves it; `onKey` sees keys first and says whether it took one. */
export function StepForm(props: {
  label: string;
  step: Pick<Step, 'problem' | 'onLeave'>;
  onSubmit: () => void;
  onKey?: (event: KeyboardEvent) => boolean;
  children: ComponentChildren;
}) {
  const { label, step, onSubmit, onKey, children } = props;
  const form = useRef<HTMLFormElement>(null);
  // At once, not after the next painting: the next key must already be text, not a shortcut.
  useLayoutEffect(() => {
    const first = form.current?.querySelector<HTMLElement>('[data-first]');
    (first ?? form.current?.querySelector<HTMLElement>('input, button'))?.focus();
  }, []);
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
        if (event.isComposing) return;
        if (event.key === 'Escape') step.onLeave();
        else if (onKey?.(event) !== true) return;
        else event.preventDefault();
        event.stopPropagation();
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
