import { type ReadonlySignal, signal } from '@preact/signals';
import type {
  Invitation,
  InvitationMade,
  NewInvitation,
  PeopleList,
  Person,
  PersonChange,
} from '../../protocol/people.ts';
import { type Api, ApiError } from '../api.ts';
import { problemWords } from './people-words.ts';

export interface PeopleState {
  readonly list: PeopleList | null;
  readonly hasFailed: boolean;
  /** A link that was not mailed: gone once it is put away. */
  readonly link: { readonly invitationId: string; readonly text: string } | null;
  /** What is being done, to a person, an invitation or (`invite`) to nobody yet. */
  readonly busy: string | null;
  /** What came of the last thing that was done, and where it is to be said. */
  readonly said: { readonly at: string; readonly isProblem: boolean; readonly text: string } | null;
}

/** The people of the admin's sites, without a screen. Nothing here throws: what went wrong is said in place. */
export interface People {
  readonly state: ReadonlySignal<PeopleState>;
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
  const state = signal<PeopleState>({ list: null, hasFailed: false, link: null, busy: null, said: null });
  const set = (change: Partial<PeopleState>) => {
    state.value = { ...state.peek(), ...change };
  };

  const load = async () => {
    try {
      set({ list: await api.people(), hasFailed: false });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      set({ hasFailed: true });
    }
  };

  /** Does one thing, says at `at` what came of it, and shows how things are then. */
  const act = async (at: string, work: () => Promise<string>): Promise<boolean> => {
    set({ busy: at, said: null });
    let isDone = true;
    try {
      set({ said: { at, isProblem: false, text: await work() } });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      set({ said: { at, isProblem: true, text: problemWords(error.code) } });
      isDone = false;
    }
    if (isDone) await load();
    set({ busy: null });
    return isDone;
  };
  const sent = ({ invitation: { id, email }, link }: InvitationMade): string => {
    set({ link: link === null ? null : { invitationId: id, text: link } });
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
        set({ link: null });
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
    putAway: () => set({ link: null, said: null }),
  };
}
