import { useSignal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { isReaching } from '../connection.ts';
import { LoadFailed } from '../shared/LoadFailed.tsx';
import { useWorkplace } from '../workplace.ts';
import { InvitationRow } from './InvitationRow.tsx';
import { InviteForm } from './InviteForm.tsx';
import { PersonRow } from './PersonRow.tsx';
import { createPeople } from './people-list.ts';

/** Who works at the admin's sites, and who is invited. */
export function People() {
  const { session, connection, me } = useWorkplace();
  const [people] = useState(() => createPeople(session.api));
  const isInviting = useSignal(false);
  const { list, hasFailed, said } = people.state.value;
  const canReach = isReaching(connection.state.value);
  useEffect(() => {
    // Also once the line is back: what is shown may be old.
    if (canReach) void people.load();
  }, [people, canReach]);

  return (
    <section class="people" aria-labelledby="people">
      <h2 id="people">People</h2>
      {hasFailed && (
        <LoadFailed onAgain={() => void people.load()}>The people could not be loaded.</LoadFailed>
      )}
      {list === null && !hasFailed && (
        <p class="soft small" role="status">
          Loading…
        </p>
      )}
      {list !== null && (
        <ul class="people-rows" aria-label="People">
          {list.people.map((person) => (
            <PersonRow
              key={person.id}
              person={person}
              isMe={person.id === me.id}
              people={people}
              canReach={canReach}
            />
          ))}
        </ul>
      )}
      {list?.people.length === 1 && list.invitations.length === 0 && (
        <p class="soft">It is only you so far. Invite the people you work with.</p>
      )}
      <p role="status" class="good small">
        {said?.at === 'people' ? said.text : ''}
      </p>
      {list !== null && list.invitations.length > 0 && (
        <>
          <h3>Invited</h3>
          <ul class="people-rows" aria-label="Invited">
            {list.invitations.map((invitation) => (
              <InvitationRow
                key={invitation.id}
                invitation={invitation}
                people={people}
                canReach={canReach}
              />
            ))}
          </ul>
        </>
      )}
      {list !== null && !isInviting.value && (
        <button
          type="button"
          class="button"
          disabled={!canReach}
          onClick={() => {
            people.putAway();
            isInviting.value = true;
          }}
        >
          Invite somebody
        </button>
      )}
      {list !== null && isInviting.value && (
        <InviteForm
          people={people}
          isMailed={list.isMailed}
          onClose={() => (isInviting.value = false)}
          onCancel={() => {
            people.putAway();
            isInviting.value = false;
          }}
        />
      )}
      <p role="status" class={said?.isProblem ? 'fail small' : 'good small'}>
        {said?.at === 'invite' ? said.text : ''}
      </p>
    </section>
  );
}
