import type { Transcript, TranscriptItem } from '../../../browser/transcript.ts';
import type { Fact } from '../../../protocol/conversation.ts';

export type Side = 'customer' | 'agent';

/** A command from the moment at which its sender wanted it, whatever became of it. */
export interface Command {
  readonly cid: string;
  readonly conversationId: string;
  readonly side: Side;
  /** Who sent it: an agent's id, or the customer's name in this history. */
  readonly sender: string;
  readonly name: string;
  readonly text: string | null;
  /** Positions in the history: a larger one came later. */
  readonly invokedAt: number;
  readonly settledAt: number | null;
  /** `unknown`: no final answer came, so it may have been carried out, once, or not at all. */
  readonly outcome: 'unknown' | 'acknowledged' | 'refused';
  /** The acknowledged seq; null when the sender was convinced by the fact itself. */
  readonly seq: number | null;
  readonly code: string | null;
  /** It was shown as failed and sent again by hand: others have overtaken it, as the customer could see. */
  readonly isParked: boolean;
}

/** One line of a transcript, as far as it never changes. */
export interface Line {
  readonly seq: number;
  readonly what: string;
}

/** A screen that has come further: what it shows more than before, and how much of the old it still shows. */
export interface Read {
  readonly reader: string;
  readonly side: Side;
  readonly conversationId: string;
  readonly through: number;
  readonly kept: number;
  readonly lines: readonly Line[];
}

/** What a screen shows when everything has come to rest. */
export interface Screen {
  readonly reader: string;
  readonly side: Side;
  readonly transcript: Transcript;
}

/** The store itself, looked at in the middle, the server being dead. */
export interface Snapshot {
  readonly at: number;
  readonly heads: ReadonlyMap<string, number>;
}

/** A conversation at the end: what an agent and what the customer is given of it. */
export interface Ending {
  readonly conversationId: string;
  readonly facts: readonly Fact[];
  readonly customerFacts: readonly Fact[];
}

export interface History {
  readonly commands: readonly Command[];
  readonly reads: readonly Read[];
  readonly screens: readonly Screen[];
  readonly snapshots: readonly Snapshot[];
  readonly endings: readonly Ending[];
}

type Invocation = Pick<Command, 'cid' | 'conversationId' | 'side' | 'sender' | 'name' | 'text'>;

/** Writes down what happens, in the order in which it happens in this process. */
export interface Recorder {
  /** Known already: only the first time counts, as the same `cid` is the same command (D1). */
  invoked(command: Invocation): void;
  /** @param seq null: not told, but the sender has seen the fact */
  acknowledged(cid: string, seq: number | null): void;
  refused(cid: string, code: string): void;
  parked(cid: string): void;
  /** Everything that one screen shows, from its opening on; give it every transcript. */
  screen(reader: string, side: Side): (transcript: Transcript) => void;
  looked(heads: ReadonlyMap<string, number>): void;
  count(outcome: Command['outcome']): number;
  /** Those that have no final answer now. */
  open(): readonly string[];
  /** The history, with what is to be read at its end. */
  close(screens: readonly Screen[], endings: readonly Ending[]): History;
}

export function createRecorder(): Recorder {
  const commands = new Map<string, Command>();
  const reads: Read[] = [];
  const snapshots: Snapshot[] = [];
  let now = 0;

  const change = (cid: string, by: Partial<Command>) => {
    const command = commands.get(cid);
    if (command === undefined) throw new Error(`nobody has sent ${cid}`);
    commands.set(cid, { ...command, ...by });
  };

  return {
    invoked(command) {
      if (commands.has(command.cid)) return;
      const open = { settledAt: null, outcome: 'unknown', seq: null, code: null, isParked: false } as const;
      commands.set(command.cid, { ...command, invokedAt: ++now, ...open });
    },
    acknowledged(cid, seq) {
      if (commands.get(cid)?.outcome === 'acknowledged') return;
      change(cid, { outcome: 'acknowledged', settledAt: ++now, seq });
    },
    refused: (cid, code) => change(cid, { outcome: 'refused', settledAt: ++now, code }),
    parked: (cid) => change(cid, { isParked: true }),
    screen(reader, side) {
      let shown = { conversationId: '', seq: 0 };
      return ({ conversationId, seq, items }) => {
        const before = shown.conversationId === conversationId ? shown.seq : 0;
        if (seq === shown.seq && conversationId === shown.conversationId) return;
        shown = { conversationId, seq };
        const kept = items.filter((item) => item.seq <= before).length;
        const lines = items.slice(kept).map(lineOf);
        reads.push({ reader, side, conversationId, through: seq, kept, lines });
      };
    },
    looked: (heads) => void snapshots.push({ at: ++now, heads }),
    open: () => [...commands.values()].filter(({ outcome }) => outcome === 'unknown').map(({ cid }) => cid),
    count: (outcome) => [...commands.values()].filter((command) => command.outcome === outcome).length,
    close: (screens, endings) => ({ commands: [...commands.values()], reads, snapshots, screens, endings }),
  };
}

/** A line without what may still change: the text and the end of an answer, and what is thought of it. */
export function lineOf(item: TranscriptItem): Line {
  const { seq, kind } = item;
  switch (kind) {
    case 'message':
      return { seq, what: `${item.by.kind} says ${item.cid}: ${item.text}` };
    case 'note':
      return { seq, what: `note: ${item.text}` };
    case 'answer':
      return { seq, what: `answer ${item.turn} to ${item.question}` };
    case 'promise':
    case 'event':
      return { seq, what: item.fact.type };
  }
}
