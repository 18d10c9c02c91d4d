import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Colleagues } from '../../protocol/agent.ts';
import type { TransferTarget } from '../../protocol/conversation.ts';
import { ApiError } from '../api.ts';
import { Key } from '../shared/Key.tsx';
import { presenceWords } from '../shared/presence.ts';
import { useWorkplace } from '../workplace.ts';
import { StepForm, useStep } from './StepForm.tsx';

/** Passes the customer on, with a note for whoever takes them: one step. */
export function TransferForm({ id, onLeave }: { id: string; onLeave: () => void }) {
  const { me, held, session } = useWorkplace();
  const list = useSignal<Colleagues | null>(null);
  const isUnreached = useSignal(false);
  const to = useSignal('queue:');
  const note = useSignal('');
  const step = useStep(onLeave);
  const passOn = () => {
    held.hold(id, { kind: 'transfer', to: target(), note: note.peek().trim() });
    onLeave();
  };
  // Read anew each time: who is there, and with how many, changes by the minute.
  useEffect(() => {
    session.api.colleagues(id).then(
      (colleagues) => (list.value = colleagues),
      (error) => {
        if (!(error instanceof ApiError)) throw error;
        isUnreached.value = true;
      },
    );
  }, [id]);
  const agents = list.value?.agents.filter((agent) => agent.id !== me.id) ?? [];

  const target = (): TransferTarget => {
    const [kind, ...rest] = to.peek().split(':');
    const name = rest.join(':');
    const agent = agents.find((one) => one.id === name);
    if (kind === 'agent' && agent !== undefined) {
      return { kind: 'agent', agent: { id: agent.id, name: agent.name } };
    }
    return { kind: 'queue', team: kind === 'team' ? name : null };
  };

  return (
    <StepForm label="Pass on to a colleague or team" step={step} onSubmit={passOn}>
      <label class="field grows">
        To
        <select
          class="input"
          data-first
          value={to.value}
          onChange={(event) => (to.value = event.currentTarget.value)}
        >
          <option value="queue:">Back to the queue</option>
          {list.value?.teams.map((team) => (
            <option key={team} value={`team:${team}`}>
              Team {team}
            </option>
          ))}
          {agents.map((agent) => (
            <option key={agent.id} value={`agent:${agent.id}`}>
              {agent.name} · {presenceWords[agent.presence].toLowerCase()} · {agent.load} of {agent.capacity}
            </option>
          ))}
        </select>
      </label>
      <label class="field grows">
        Note for whoever takes it; the customer never sees it.
        <input
          class="input"
          maxLength={8_000}
          placeholder="Optional: what they need to know"
          value={note.value}
          onInput={(event) => (note.value = event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="button primary">
        Pass on <Key name="↵" isAlways />
      </button>
      {isUnreached.value && <p class="fail">Your colleagues could not be listed. The queue works.</p>}
    </StepForm>
  );
}
