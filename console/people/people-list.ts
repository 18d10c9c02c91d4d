import type { ReadonlySignal } from '@preact/signals';
import type {
  Invitation,
  InvitationMade,
  NewInvitation,
  PeopleList,
  Person,
  PersonChange,
} from '../../protocol/people.ts';
import { type Api, ApiError } from '../api.ts';
import { createManagedList, type ManagedState } from '../shared/managed-list.ts';
import { problemWords } from './people-words.ts';

/** The people of the admin's sites, without a screen. Nothing here throws: what went wrong is said in place. */
export interface People {
  readonly state: ReadonlySignal<ManagedState<PeopleList>>;
  load(): Promise<void>;
  /** @returns whether they were invited */
  invite(invitation: NewInvitation): Promise<boolean>;
  inviteAgain(invitation: Invitation): Promise<void>;
  withdraw(invitation: Invitation): Promise<void>;
  /** @returns whether it was changed */
  change(change: PersonChange): Promise<boolean>;
  remove(person: Person): Promise<void>;
  /** The link, and what was said. */
  putAway(): void;
}

export function createPeople(api: Pick<Api, 'people' | 'changePeople'>): People {
  const { state, load, act, show, putAway, set } = createManagedList(() => api.people(), problemWords);
  const sent = ({ invitation: { id, email }, link }: InvitationMade): string => {
    show(link === null ? null : { id, text: link });
    return link === null ? `An e-mail is on its way to ${email}.` : '';
  };

  return {
    state,
    load,
    invite: (invitation) =>
      act('invite', async () => sent(await api.changePeople<InvitationMade>('invite', invitation))),
    async inviteAgain({ id }) {
      await act(id, async () => sent(await api.changePeople<InvitationMade>('invite/again', { id })));
    },
    async withdraw({ id, email }) {
      await act('invite', async () => {
        await api.changePeople('invite/withdraw', { id });
        show(null);
        return `The invitation of ${email} is withdrawn.`;
      });
    },
    change: (change) =>
      act(change.id, async () => {
        await api.changePeople('change', change);
        return 'Saved. It holds at once.';
      }),
    async remove({ id, name }) {
      set({ busy: id, said: null });
      try {
        await api.changePeople('remove', { id });
        await load();
        set({ said: { at: 'people', isProblem: false, text: `${name} is removed.` } });
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        set({ said: { at: id, isProblem: true, text: problemWords(error.code) } });
      }
      set({ busy: null });
    },
    putAway,
  };
}
