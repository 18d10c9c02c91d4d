import type { Pace } from '../../../widget/core/pace.ts';
import { until } from '../../widget/support/until.ts';
import type { Agent } from './agent.ts';
import { type Customer, createCustomer } from './customer.ts';
import type { Recorder } from './history.ts';

/** A customer and the agent who is in their conversation: a line on which it can be seen what gets through, and when. */
export interface Pair {
  readonly customer: Customer;
  readonly agent: Agent;
  /** Says something that nobody has said. Told is when the other one sees it. */
  customerSays(): Probe;
  agentSays(): Probe;
}

export interface Probe {
  readonly text: string;
  readonly saidAt: number;
  /** `performance.now()` at which the other side's screen showed it; null: not yet. */
  seenAt(): number | null;
}

export interface PairOptions {
  readonly recorder: Recorder;
  readonly agent: Agent;
  readonly name: string;
  readonly url: string;
  readonly site: string;
  readonly pace: Pace;
}

const startMs = 30_000;

export async function openPair({ agent, ...options }: PairOptions): Promise<Pair> {
  const customer = createCustomer(options);
  const { chat, name, conversationId } = customer;
  chat.requestHuman();
  await until('waiting for a person', () => chat.transcript.value.status === 'waiting', startMs);
  const reply = await agent.send('handoff:accept', conversationId, {});
  if (!reply?.ok) throw new Error(`${agent.name} could not accept: ${reply?.code}`);
  agent.watch(conversationId);
  await until('a person', () => chat.transcript.value.status === 'human', startMs);

  const seen = new Map<string, number>();
  const look = (items: readonly { readonly kind: string; readonly text?: string }[]) => {
    for (const { text } of items.slice(-20))
      if (text !== undefined && !seen.has(text)) seen.set(text, performance.now());
  };
  let said = 0;
  const probe = (text: string): Probe => ({
    text,
    saidAt: performance.now(),
    seenAt: () => seen.get(text) ?? null,
  });
  chat.transcript.subscribe(({ items }) =>
    look(items.filter((item) => item.kind === 'message' && item.by.kind === 'agent')),
  );
  agent.onTranscript((transcript) => {
    if (transcript.conversationId !== conversationId) return;
    look(transcript.items.filter((item) => item.kind === 'message' && item.by.kind === 'customer'));
  });
  return {
    customer,
    agent,
    customerSays() {
      const text = `${name} says ${++said}`;
      chat.send(text);
      return probe(text);
    },
    agentSays() {
      const text = `${agent.name} says ${++said} to ${name}`;
      const made = probe(text);
      // Never rejects; what becomes of it stands in the history.
      void agent.send('message:send', conversationId, { text });
      return made;
    },
  };
}
