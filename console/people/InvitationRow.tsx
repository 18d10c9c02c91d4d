import { useSignal } from '@preact/signals';
import type { Invitation } from '../../protocol/people.ts';
import { Confirm } from '../shared/Confirm.tsx';
import { ShownOnce } from '../shared/ShownOnce.tsx';
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
  const { busy, said, shown } = people.state.value;
  const isWithdrawing = useSignal(false);
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
          aria-expanded={isWithdrawing.value}
          onClick={() => (isWithdrawing.value = !isWithdrawing.value)}
        >
          Withdraw…
        </button>
      </div>
      {isWithdrawing.value && (
        <Confirm
          yes="Withdraw it"
          no="Keep it"
          isOff={isOff}
          onYes={() => void people.withdraw(invitation)}
          onNo={() => (isWithdrawing.value = false)}
        >
          The link that {name} has will let nobody in any more.
        </Confirm>
      )}
      <p role="status" class={said?.isProblem ? 'fail small' : 'good small'}>
        {said?.at === id ? said.text : ''}
      </p>
      {shown?.id === id && (
        <ShownOnce
          label={`Link for ${name}, shown this once: whoever has it can join`}
          text={shown.text}
          onDone={people.putAway}
        />
      )}
    </li>
  );
}
