import type { ReadonlySignal } from '@preact/signals';
import type {
  Guidance,
  GuidanceChange,
  GuidancePage,
  GuidanceState,
  GuidanceVersionRef,
  NewGuidance,
} from '../../protocol/guidance.ts';
import type { Api } from '../api.ts';
import { createManagedList, type ManagedState } from '../shared/managed-list.ts';
import { readPages } from '../shared/read-pages.ts';
import { problemWords } from './guidance-words.ts';

export type GuidanceList = Pick<GuidancePage, 'items' | 'total' | 'worse' | 'next'>;

/** Which are shown: those in one state, those that made things worse, or (null) all. */
export type GuidanceView = GuidanceState | 'worse' | null;

/** A version of a guidance, and why something is done with it. */
export type VersionRef = GuidanceVersionRef;

/** The guidance of the agent's sites, without a screen. Nothing here throws: what went wrong is said in place. */
export interface GuidanceBook {
  readonly state: ReadonlySignal<ManagedState<GuidanceList>>;
  show(filter: GuidanceView): Promise<void>;
  load(): Promise<void>;
  loadMore(): Promise<void>;
  add(guidance: NewGuidance): Promise<boolean>;
  change(guidance: GuidanceChange): Promise<boolean>;
  propose(ref: VersionRef): Promise<boolean>;
  approve(ref: VersionRef): Promise<boolean>;
  sendBack(ref: VersionRef): Promise<boolean>;
  rollBack(ref: VersionRef): Promise<boolean>;
  retire(guidance: Pick<Guidance, 'id'>, reason: string): Promise<boolean>;
  putAway(): void;
}

type GuidanceApi = Pick<Api, 'guidance' | 'changeGuidance'>;

export function createGuidanceBook(api: GuidanceApi): GuidanceBook {
  let filter: GuidanceView = null;
  let pages = 1;
  const read = () => {
    const asked = filter;
    return readPages(pages, (cursor) => {
      const query = new URLSearchParams();
      if (asked === 'worse') query.set('effect', asked);
      else if (asked !== null) query.set('state', asked);
      if (cursor !== null) query.set('cursor', cursor);
      return api.guidance(query);
    });
  };
  const { state, load, act, set, putAway } = createManagedList(read, problemWords);
  const step = (verb: 'propose' | 'approve' | 'send-back' | 'roll-back', done: string) => (ref: VersionRef) =>
    act(ref.id, async () => {
      await api.changeGuidance(verb, ref);
      return done;
    }).then(async (isDone) => {
      // Refused because somebody was faster: show what they did.
      if (!isDone) await load();
      return isDone;
    });

  return {
    state,
    load,
    putAway,
    async show(wanted) {
      if (wanted !== filter) set({ list: null });
      filter = wanted;
      pages = 1;
      await load();
    },
    async loadMore() {
      pages += 1;
      await load();
    },
    add: (guidance) =>
      act('add', async () => {
        await api.changeGuidance('add', guidance);
        return guidance.isProposed ? 'Proposed. It waits for approval.' : 'Kept as a draft.';
      }),
    change: (guidance) =>
      act(guidance.id, async () => {
        await api.changeGuidance('change', guidance);
        return guidance.isProposed
          ? `Version ${guidance.base + 1} waits for approval. What is live stays until then.`
          : `Version ${guidance.base + 1} is kept as a draft.`;
      }),
    propose: step('propose', 'Proposed. It waits for approval.'),
    approve: step('approve', 'Approved. It is live on every server within five seconds.'),
    sendBack: step('send-back', 'Sent back.'),
    rollBack: step('roll-back', 'Rolled back. It is live on every server within five seconds.'),
    retire: ({ id }, reason) =>
      act(id, async () => {
        await api.changeGuidance('retire', { id, reason });
        return 'Retired. Within five seconds nothing of it is given any more.';
      }),
  };
}
