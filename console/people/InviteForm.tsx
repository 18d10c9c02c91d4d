import { useSignal } from '@preact/signals';
import type { TargetedSubmitEvent } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Role } from '../../protocol/agent.ts';
import { useWorkplace } from '../workplace.ts';
import type { People } from './people-list.ts';
import { RoleAndSites } from './RoleAndSites.tsx';

interface Props {
  readonly people: People;
  readonly isMailed: boolean;
  /** They were invited. */
  readonly onClose: () => void;
  readonly onCancel: () => void;
}

/** Invites somebody: who, as what, and where. */
export function InviteForm({ people, isMailed, onClose, onCancel }: Props) {
  const { me } = useWorkplace();
  const problem = useSignal('');
  const name = useRef<HTMLInputElement>(null);
  const isBusy = people.state.value.busy === 'invite';
  const own = me.sites.map(({ key }) => key);
  useEffect(() => name.current?.focus(), []);

  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const sites = own.length > 1 ? fields.getAll('site').map(String) : own;
    const email = String(fields.get('email')).trim();
    const called = String(fields.get('name')).trim();
    problem.value = '';
    if (called === '') problem.value = 'Say what they are called: customers will see it.';
    else if (!/^[^\s@]+@[^\s@]+$/.test(email)) problem.value = 'That is no e-mail address.';
    else if (sites.length === 0) problem.value = 'Choose at least one site.';
    if (problem.value !== '') return;
    // One of the options above; the server checks it again.
    const role = String(fields.get('role')) as Role;
    if (await people.invite({ name: called, email, role, sites })) onClose();
  };

  return (
    <form
      class="settings-form"
      aria-label="Invite somebody"
      noValidate
      onSubmit={(event) => void submit(event)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onCancel();
      }}
    >
      <label class="field">
        Name, as customers see it
        <input ref={name} class="input" name="name" autocomplete="off" required maxLength={80} />
      </label>
      <label class="field">
        E-mail
        <input class="input" name="email" type="email" autocomplete="off" required maxLength={200} />
      </label>
      <RoleAndSites startRole="agent" sites={own} />
      <p class="soft small">
        {isMailed
          ? 'They get an e-mail with a link that works once, for seven days.'
          : 'You get a link to pass on to them. It works once, for seven days.'}
      </p>
      <p class="fail small" role="alert">
        {problem.value}
      </p>
      <div class="form-buttons">
        <button type="submit" class="button primary" disabled={isBusy}>
          {isBusy ? 'Inviting…' : 'Invite'}
        </button>
        <button type="button" class="button quiet" onClick={onCancel}>
          Cancel
        </button>
      </div>
    </form>
  );
}
