import { useSignal } from '@preact/signals';
import type { TargetedSubmitEvent } from 'preact';
import type { Role } from '../../protocol/agent.ts';
import type { Person } from '../../protocol/people.ts';
import { Confirm } from '../shared/Confirm.tsx';
import { presenceWords } from '../shared/presence.ts';
import { useWorkplace } from '../workplace.ts';
import type { People } from './people-list.ts';
import { roleWords } from './people-words.ts';
import { RoleAndSites } from './RoleAndSites.tsx';
import { SeatFields } from './SeatFields.tsx';
import { isSameSeat, readSeat, seatWords, writtenSeat } from './seat.ts';

interface Props {
  readonly person: Person;
  readonly isMe: boolean;
  readonly people: People;
  readonly canReach: boolean;
}

/** One of the people: what they are, and what can be changed about it. */
export function PersonRow({ person, isMe, people, canReach }: Props) {
  const open = useSignal<'change' | 'remove' | null>(null);
  const { busy, said } = people.state.value;
  const { id, name, email, role, sites, seat, presence, hasTwoFactor, isElsewhere } = person;
  const isOff = !canReach || busy !== null;
  const toggle = (what: 'change' | 'remove') => {
    people.putAway();
    open.value = open.peek() === what ? null : what;
  };
  return (
    <li class="person-row" aria-label={name}>
      <p>
        <b>{name}</b>
        {isMe && ' (you)'} <span class="soft person-email">{email}</span>{' '}
        <span class="tag">{roleWords[role].name}</span>
      </p>
      <p class="soft small">
        {presenceWords[presence]} · {sites.map((site) => site.name).join(', ')}
        {isElsewhere && ' and sites of others'}
        {role !== 'product' && ` · ${seatWords(seat)}`} ·{' '}
        {hasTwoFactor ? 'two-factor on' : <span class="warn">no two-factor</span>}
      </p>
      <div class="form-buttons">
        <button
          type="button"
          class="button small"
          disabled={isOff}
          aria-expanded={open.value === 'change'}
          onClick={() => toggle('change')}
        >
          Change…
        </button>
        {!isMe && (
          <button
            type="button"
            class="button small"
            disabled={isOff}
            aria-expanded={open.value === 'remove'}
            onClick={() => toggle('remove')}
          >
            Remove…
          </button>
        )}
      </div>
      {open.value === 'change' && (
        <ChangeForm person={person} people={people} isOff={isOff} onClose={() => (open.value = null)} />
      )}
      {open.value === 'remove' && (
        <Confirm
          yes={`Remove ${name}`}
          no="Keep"
          isOff={isOff}
          onYes={() => void people.remove(person)}
          onNo={() => (open.value = null)}
        >
          {isElsewhere
            ? `${name} leaves your sites and stays at the others.`
            : `${name} is signed out for good. What they said stays; their customers go back to the queue.`}
        </Confirm>
      )}
      <p role="status" class={said?.isProblem ? 'fail small' : 'good small'}>
        {said?.at === id ? said.text : ''}
      </p>
    </li>
  );
}

interface ChangeProps {
  readonly person: Person;
  readonly people: People;
  readonly isOff: boolean;
  readonly onClose: () => void;
}

function ChangeForm({ person, people, isOff, onClose }: ChangeProps) {
  const { me, session } = useWorkplace();
  const problem = useSignal('');
  const written = useSignal(writtenSeat(person.seat));
  const { id, name, role, isElsewhere } = person;

  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const sites = me.sites.length > 1 ? fields.getAll('site').map(String) : null;
    problem.value = sites?.length === 0 ? 'Choose at least one site, or remove them instead.' : '';
    if (problem.value !== '') return;
    // One of the options; the server checks it again. A fixed one is not sent.
    const wanted = (fields.get('role') ?? role) as Role;
    const seat = isElsewhere ? person.seat : readSeat(written.value);
    if (typeof seat === 'string') {
      problem.value = seat;
      return;
    }
    // What stays as it is is not sent: another role closes the desk that is open.
    const change = {
      id,
      ...(isElsewhere || wanted === role ? {} : { role: wanted }),
      ...(sites === null || isSameSites(sites, person) ? {} : { sites }),
      ...(isSameSeat(seat, person.seat) ? {} : { seat }),
    };
    if (Object.keys(change).length < 2) return onClose();
    if (await people.change(change)) {
      onClose();
      // Of oneself: what one may do has changed.
      if (id === me.id) await session.refresh();
    }
  };

  return (
    <form
      class="settings-form"
      aria-label={`Change ${name}`}
      onSubmit={(event) => void submit(event)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
      }}
    >
      <RoleAndSites startRole={role} sites={person.sites.map(({ key }) => key)} isRoleFixed={isElsewhere} />
      {isElsewhere ? (
        <p class="soft small">
          They are at sites of others as well: role, customers at once, teams and languages are not yours
          alone to change.
        </p>
      ) : (
        <SeatFields written={written} />
      )}
      <p class="fail small" role="alert">
        {problem.value}
      </p>
      <div class="form-buttons">
        <button type="submit" class="button primary" disabled={isOff}>
          Save
        </button>
        <button type="button" class="button quiet" onClick={onClose}>
          Cancel
        </button>
      </div>
    </form>
  );
}

const isSameSites = (keys: readonly string[], { sites }: Person): boolean =>
  keys.length === sites.length && sites.every(({ key }) => keys.includes(key));
