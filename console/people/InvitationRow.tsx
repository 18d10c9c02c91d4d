import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { Invitation } from '../../protocol/people.ts';
import { dayAndClock, now } from '../shared/time.ts';
import type { People } from './people-list.ts';
import { roleWords } from './people-words.ts';

interface Props {
  readonly invitation: Invitation;
  readonly people: People;
  readonly canReach: boolean;
}

/** Somebody who is invited and has not come yet. */
export function InvitationRow({ invitation, people, canReach }: Props) {
  const { id, name, email, role, sites, isElsewhere, expiresAt } = invitation;
  const { busy, said, link } = people.state.value;
  const isOff = !canReach || busy !== null || isElsewhere;
  return (
    <li class="person-row" aria-label={name}>
      <p>
        <b>{name}</b> <span class="soft person-email">{email}</span>{' '}
        <span class="tag">{roleWords[role].name}</span>
      </p>
      <p class="soft small">
        {sites.map((site) => site.name).join(', ')}
        {isElsewhere && ' and sites of others'} · open until {dayAndClock(expiresAt, now.value)}
      </p>
      <div class="form-buttons">
        <button
          type="button"
          class="button small"
          disabled={isOff}
          onClick={() => void people.inviteAgain(invitation)}
        >
          New link
        </button>
        <button
          type="button"
          class="button small"
          disabled={isOff}
          onClick={() => void people.withdraw(invitation)}
        >
          Withdraw
        </button>
      </div>
      <p role="status" class={said?.isProblem ? 'fail small' : 'good small'}>
        {said?.at === id ? said.text : ''}
      </p>
      {link?.invitationId === id && <InvitationLink name={name} text={link.text} onDone={people.putAway} />}
    </li>
  );
}

/** Shown this once: the server keeps its hash alone. */
function InvitationLink({ name, text, onDone }: { name: string; text: string; onDone: () => void }) {
  const field = useRef<HTMLInputElement>(null);
  const copied = useSignal('');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      copied.value = 'Copied.';
    } catch {
      // Without leave, or without https: the text is marked, and copied by hand.
      field.current?.select();
      copied.value = 'Copy it with your keyboard: it is selected.';
    }
  };
  return (
    <div class="shown-once">
      <label class="field">
        Link for {name}, shown this once: whoever has it can join
        <input
          ref={field}
          class="input mono"
          readOnly
          value={text}
          onFocus={(event) => event.currentTarget.select()}
        />
      </label>
      <div class="form-buttons">
        <button type="button" class="button small primary" onClick={() => void copy()}>
          Copy
        </button>
        <button type="button" class="button small" onClick={onDone}>
          I have it
        </button>
        <span class="good small" role="status">
          {copied.value}
        </span>
      </div>
    </div>
  );
}
