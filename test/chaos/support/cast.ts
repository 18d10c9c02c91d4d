import { setTimeout as sleep } from 'node:timers/promises';
import { readTranscript } from '../../../examples/demo-walk/connection.ts';
import type { Pace } from '../../../widget/core/pace.ts';
import type { Agent } from './agent.ts';
import { checkHistory, explain } from './check-history.ts';
import { type Customer, createCustomer } from './customer.ts';
import { startDeskWork } from './desk-work.ts';
import { createRecorder, type Ending, type Recorder, type Screen } from './history.ts';
import type { Stage } from './stage.ts';

/** What a trial has shown: figures for the table, and everything that breaks our word, for a person to read. */
export interface Verdict {
  readonly figures: Readonly<Record<string, number | string>>;
  readonly problems: readonly string[];
}

export interface CastOptions {
  readonly stage: Stage;
  readonly customers: number;
  readonly pace: Pace;
  /** Where the customer or the agent with this number reaches the servers. */
  customerUrl(index: number): string;
  agentUrl(index: number): string;
  /** Longest pause between two things that a customer does, ms. */
  readonly pauseMs: number;
}

/** Customers and agents who talk to each other until they are told to stop, and the history of it. */
export interface Cast {
  readonly recorder: Recorder;
  readonly customers: readonly Customer[];
  readonly agents: readonly Agent[];
  /** Nobody begins anything new. */
  stop(): Promise<void>;
  /** Waits until all has arrived everywhere. @returns how long it took, ms, or null when it never came to rest */
  rest(withinMs: number): Promise<number | null>;
  /** Reads what is left, checks the history, and sends everybody home. */
  conclude(): Promise<Verdict>;
  close(): void;
}

const between = (least: number, most: number) => least + Math.random() * (most - least);

export function startCast(options: CastOptions): Cast {
  const { stage } = options;
  const recorder = createRecorder();
  const agents = stage.agents.map((agent, index) =>
    startDeskWork({ recorder, agent, url: options.agentUrl(index) }),
  );
  const customers = Array.from({ length: options.customers }, (_, index) =>
    createCustomer({
      recorder,
      name: `customer ${index + 1}`,
      url: options.customerUrl(index),
      site: stage.site,
      pace: options.pace,
    }),
  );
  let isStopped = false;
  let retried = 0;

  /** Writes, judges answers, asks for a person, as people do; but hardly waits for an answer. */
  const play = async (customer: Customer) => {
    let count = 0;
    await sleep(Math.random() * options.pauseMs);
    while (!isStopped) {
      const { chat } = customer;
      const { status, items } = chat.transcript.peek();
      retried += customer.retryFailed();
      // Nobody types on and on into a chat that does not take it.
      if (customer.unsent() < 8) {
        const chance = Math.random();
        const answer = items.findLast((item) => item.kind === 'answer');
        if (status === 'bot' && chance < 0.08) chat.requestHuman();
        else if (
          chance < 0.14 &&
          answer?.kind === 'answer' &&
          answer.state !== 'pending' &&
          answer.feedback === null
        )
          chat.giveFeedback({
            turn: answer.turn,
            verdict: chance < 0.11 ? 'up' : 'down',
            reasons: [],
            comment: '',
          });
        else chat.send(`${customer.name} says ${++count}`);
      }
      await sleep(between(options.pauseMs / 5, options.pauseMs));
    }
  };
  const playing = Promise.all(customers.map(play));

  const close = () => {
    isStopped = true;
    for (const one of [...customers, ...agents]) one.close();
  };

  return {
    recorder,
    customers,
    agents,
    close,
    async stop() {
      isStopped = true;
      await playing;
    },
    rest: (withinMs) =>
      untilRest({ stage, customers, agents }, withinMs, () => {
        for (const customer of customers) retried += customer.retryFailed();
      }),
    async conclude() {
      const { figures, problems } = await checkAndTell({ stage, recorder, customers, agents });
      return { figures: { ...figures, 'retried by hand': retried }, problems };
    },
  };
}

type Company = Pick<Cast, 'customers' | 'agents'> & { readonly stage: Stage };

/** Nothing is on its way, no answer runs, and every screen shows what is in the store. */
async function isAtRest({ stage, customers, agents }: Company): Promise<boolean> {
  if ([...customers, ...agents].some((one) => one.unsent() > 0)) return false;
  const shown = [
    ...customers.map(({ chat }) => chat.transcript.peek()),
    ...agents.flatMap(({ transcripts }) => [...transcripts.values()]),
  ];
  if (shown.some(({ pendingTurn }) => pendingTurn !== null)) return false;
  const ids = customers.map(({ conversationId }) => conversationId);
  const heads = await stage.store.conversations.heads(ids).catch(() => []);
  const seqs = new Map(heads.map(({ conversationId, seq }) => [conversationId, seq]));
  return shown.every(({ conversationId, seq }) => (seqs.get(conversationId) ?? 0) === seq);
}

/** Waits until all has arrived everywhere. @returns how long it took, ms, or null when it never came to rest */
export async function untilRest(
  company: Company,
  withinMs: number,
  beforeLook = () => {},
): Promise<number | null> {
  const startedAt = performance.now();
  while (performance.now() - startedAt < withinMs) {
    beforeLook();
    if (await isAtRest(company)) return Math.round(performance.now() - startedAt);
    await sleep(100);
  }
  return null;
}

/** Reads what both sides are given at the end, sends everybody home, and checks the history. */
export async function checkAndTell(cast: Company & Pick<Cast, 'recorder'>): Promise<Verdict> {
  const { stage, recorder, customers, agents } = cast;
  const deaths = stage.nodes.flatMap((node) => node.deaths());
  // There is nobody left to ask.
  if (deaths.length > 0) throw new Error(deaths.join('\n'));
  // The newest: older ones may have been replaced.
  const url = stage.nodes.at(-1)?.url ?? '';
  const cookie = stage.agents[0]?.cookie ?? '';
  const endings: Ending[] = [];
  for (const { conversationId, token } of customers) {
    const path = `${conversationId}/facts`;
    endings.push({
      conversationId,
      facts: await readTranscript(`${url}/v1/desk/conversations/${path}`, { cookie }),
      customerFacts: await readTranscript(`${url}/v1/conversations/${path}`, {
        authorization: `Bearer ${token()}`,
      }),
    });
  }
  const screens: Screen[] = [
    ...customers.map(({ name, chat }) => ({
      reader: name,
      side: 'customer' as const,
      transcript: chat.transcript.peek(),
    })),
    ...agents.flatMap(({ name, transcripts }) =>
      [...transcripts.values()].map((transcript) => ({ reader: name, side: 'agent' as const, transcript })),
    ),
  ];
  for (const one of [...customers, ...agents]) one.close();
  const history = recorder.close(screens, endings);
  const violations = checkHistory(history);
  const faults = [...customers.flatMap((one) => one.faults()), ...agents.flatMap((one) => one.faults)];
  return {
    figures: {
      commands: history.commands.length,
      acknowledged: recorder.count('acknowledged'),
      refused: recorder.count('refused'),
      unanswered: recorder.count('unknown'),
      facts: endings.reduce((sum, { facts }) => sum + facts.length, 0),
      violations: violations.length,
    },
    problems: [
      ...(violations.length > 0 ? [explain(violations, history)] : []),
      ...faults.map((fault) => `a fault of our own: ${fault instanceof Error ? fault.stack : fault}`),
    ],
  };
}
