import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Key } from '../shared/Key.tsx';
import type { ActionResult } from './actions.ts';

/** One step that is carried out or says why not. */
export function useStep(onLeave: () => void) {
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

/** A form in place that takes the focus, and gives it back by Esc. */
export function Frame(props: {
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
