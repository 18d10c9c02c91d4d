import type { StoredConversation } from '../store/conversation-row.ts';

/** An order that somebody waits for. */
export interface Waiting<O, R> {
  readonly order: O;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

/** The orders of one conversation, one after the other, and its state as far as it is known here. */
export interface Lane<O, R> {
  readonly id: string;
  /** Null: to be read. */
  conversation: StoredConversation | null;
  waiting: Waiting<O, R>[];
  /** Something of it is under way. */
  isBusy: boolean;
  /** It is among those from which the next batch is taken. */
  isReady: boolean;
  /** Since room was looked for last. */
  isUsed: boolean;
  /** How often what it wanted to save was outrun by somebody else. */
  outrun: number;
}

/** States that are kept. */
const mostKnown = 20_000;
/** Lanes looked at for one more: where all are in use there are more than `mostKnown` for a while. */
const looksForRoom = 100;

/**
 * The lanes of all conversations of which something is known or under way.
 *
 * Entries stay where they are, and what is ready is a list: V8 copies a Map or Set that is added to and deleted from with
 * every order again and again, and each copy points to the next one. Once one of them is old, all that any of them ever held
 * is kept for the large collection.
 */
export function createLanes<O, R>(most = mostKnown) {
  const lanes = new Map<string, Lane<O, R>>();
  const ready: Lane<O, R>[] = [];

  /** Lets go of states that nobody has used for a while, the oldest first; who was used gets another round. */
  const makeRoom = () => {
    let looks = looksForRoom;
    for (const lane of lanes.values()) {
      if (lanes.size < most || looks === 0) return;
      looks -= 1;
      const isInUse = lane.isUsed || lane.isBusy || lane.waiting.length > 0;
      lane.isUsed = false;
      lanes.delete(lane.id);
      if (isInUse) lanes.set(lane.id, lane);
    }
  };

  const beReady = (lane: Lane<O, R>): void => {
    if (lane.isReady) return;
    lane.isReady = true;
    ready.push(lane);
  };

  return {
    beReady,
    readyCount: () => ready.length,

    /** Takes lanes that are ready, in the order in which they became it, for as long as there is room. */
    *take(hasRoom: () => boolean): Generator<Lane<O, R>> {
      let taken = 0;
      try {
        for (const lane of ready) {
          if (!hasRoom()) return;
          taken += 1;
          lane.isReady = false;
          yield lane;
        }
      } finally {
        ready.splice(0, taken);
      }
    },

    /** For one more order. */
    of(id: string): Lane<O, R> {
      let lane = lanes.get(id);
      if (lane === undefined) {
        const rest = { isBusy: false, isReady: false, isUsed: true, outrun: 0 };
        lane = { id, conversation: null, waiting: [], ...rest };
        // Before it is there: it must not be what makes room for itself.
        makeRoom();
        lanes.set(id, lane);
      }
      lane.isUsed = true;
      return lane;
    },

    /** Nothing of it is under way any more. */
    release(lane: Lane<O, R>): void {
      lane.isBusy = false;
      if (lane.waiting.length > 0) beReady(lane);
      // Perhaps there is no such conversation: whoever makes up ids fills nothing here.
      else if (lane.conversation === null) lanes.delete(lane.id);
    },

    size: () => lanes.size,
  };
}
