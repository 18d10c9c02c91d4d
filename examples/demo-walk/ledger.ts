import type { Fact, FactType } from '../../protocol/conversation.ts';

type Side = 'customer' | 'agent';

/** A command that the server has acknowledged: from then on it must never get lost. */
interface Entry {
  readonly conversationId: string;
  readonly side: Side;
  readonly name: string;
  readonly cid: string;
}

export interface Faults {
  lost: number;
  doubled: number;
  outOfOrder: number;
  /** Conversations that customer and agent do not see alike. */
  differing: number;
  readonly details: string[];
}

/** The fact that each command must have left behind, once. Messages are known by their cid. */
const factOf: Readonly<Record<string, FactType>> = {
  'handoff:request': 'handoff.requested',
  'handoff:accept': 'handoff.accepted',
  'note:add': 'note.added',
  'feedback:give': 'feedback.given',
  'conversation:rate': 'conversation.rated',
  'conversation:resolve': 'conversation.resolved',
};

export interface Transcripts {
  readonly conversationId: string;
  /** What the customer's socket brought while the walk went on. */
  readonly live: readonly Fact[];
  readonly customer: readonly Fact[];
  readonly agent: readonly Fact[];
}

/** Keeps what was acknowledged, and checks it against what the server has. */
export function createLedger() {
  const entries: Entry[] = [];
  const faults: Faults = { lost: 0, doubled: 0, outOfOrder: 0, differing: 0, details: [] };

  const compare = (what: string, expected: number, found: number) => {
    if (found < expected) faults.lost += expected - found;
    if (found > expected) faults.doubled += found - expected;
    if (found !== expected) faults.details.push(`${what}: ${expected} acknowledged, ${found} found`);
  };

  return {
    faults,
    size: () => entries.length,
    acknowledged(entry: Entry) {
      entries.push(entry);
    },
    disorder(conversationId: string, count: number) {
      faults.outOfOrder += count;
      if (count > 0) faults.details.push(`${conversationId}: ${count} live facts out of order`);
    },
    check({ conversationId, live, customer, agent }: Transcripts) {
      const own = entries.filter((entry) => entry.conversationId === conversationId);
      for (const { cid } of own.filter(({ name }) => name === 'message:send')) {
        const found = agent.filter((fact) => fact.type === 'message.sent' && fact.cid === cid);
        compare(`${conversationId} message ${cid}`, 1, found.length);
      }
      for (const side of ['customer', 'agent'] as const) {
        for (const [name, type] of Object.entries(factOf)) {
          const expected = own.filter((entry) => entry.side === side && entry.name === name).length;
          const found = agent.filter((fact) => fact.type === type && fact.by.kind === side).length;
          compare(`${conversationId} ${type} by ${side}`, expected, found);
        }
      }
      const gaps = agent.filter((fact, index) => fact.seq !== index + 1).length;
      faults.outOfOrder += gaps;
      if (gaps > 0) faults.details.push(`${conversationId}: seq is not 1, 2, 3 …`);

      compare(`${conversationId} facts on the customer's socket`, customer.length, live.length);
      const forCustomers = agent.filter((fact) => fact.type !== 'note.added');
      if (JSON.stringify(customer) !== JSON.stringify(forCustomers)) {
        faults.differing++;
        faults.details.push(`${conversationId}: customer and agent see different transcripts`);
      }
    },
  };
}
export type Ledger = ReturnType<typeof createLedger>;
