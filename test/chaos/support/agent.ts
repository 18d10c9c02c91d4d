import { setTimeout as sleep } from 'node:timers/promises';
import { io, type Socket } from 'socket.io-client';
import { uuidv7 } from 'uuidv7';
import { applyFacts, emptyTranscript, type Transcript } from '../../../browser/transcript.ts';
import type { ConversationSummary } from '../../../protocol/agent.ts';
import type { AgentCommands, CommandReply } from '../../../protocol/commands.ts';
import type { Refusal } from '../../../protocol/errors.ts';
import type { AgentToServer, FactsEvent, FactsPage, ServerToAgent } from '../../../protocol/events.ts';
import { protocolVersion } from '../../../protocol/version.ts';
import type { Recorder } from './history.ts';
import type { StageAgent } from './stage.ts';

/** How long an answer may take before the connection is not trusted any more, ms. */
const ackMs = 5_000;

export interface AgentOptions {
  readonly recorder: Recorder;
  readonly agent: StageAgent;
  readonly url: string;
  /** A row of the desk has changed, or the desk was shown anew. */
  onRow?(row: ConversationSummary): void;
}

/** An agent who sends each command again under the same `cid` until there is a final answer. */
export interface Agent extends StageAgent {
  /** One after the other in each conversation. Resolves to null when closed before there was an answer. */
  send<N extends keyof AgentCommands>(
    name: N,
    conversationId: string,
    body: Omit<AgentCommands[N], 'cid' | 'conversationId'>,
  ): Promise<CommandReply | null>;
  /** Called with every new transcript of what is watched. */
  onTranscript(listener: (transcript: Transcript) => void): void;
  /** Reads along from now on, over every loss of the connection. */
  watch(conversationId: string): void;
  readonly transcripts: ReadonlyMap<string, Transcript>;
  /** Commands without a final answer. */
  unsent(): number;
  /** What went wrong in here, and not with the server. */
  readonly faults: readonly unknown[];
  close(): void;
}

export function createAgent(options: AgentOptions): Agent {
  const { recorder, agent, url } = options;
  const transcripts = new Map<string, Transcript>();
  const screens = new Map<string, (transcript: Transcript) => void>();
  const pulling = new Set<string>();
  const queues = new Map<string, Promise<unknown>>();
  const listeners: ((transcript: Transcript) => void)[] = [];
  const faults: unknown[] = [];
  let unsent = 0;
  let isClosed = false;

  const socket: Socket<ServerToAgent, AgentToServer> = io(`${url}/desk`, {
    path: '/v1/socket',
    transports: ['websocket'],
    forceNew: true,
    reconnectionDelay: 100,
    reconnectionDelayMax: 1_000,
    auth: { version: protocolVersion },
    extraHeaders: { cookie: agent.cookie },
  });
  /** The name and its body fit together by the types of `send`; socket.io's own typing cannot say so. */
  const ask = (name: string, body: object) =>
    (socket as unknown as Socket).timeout(ackMs).emitWithAck(name, body);

  const take = (event: FactsEvent) => {
    const shown = transcripts.get(event.conversationId);
    if (shown === undefined) return;
    const applied = applyFacts(shown, event);
    if (applied.kind === 'gap') pull(event.conversationId, 'facts:pull');
    if (applied.kind !== 'applied') return;
    transcripts.set(event.conversationId, applied.transcript);
    screens.get(event.conversationId)?.(applied.transcript);
    for (const listener of listeners) listener(applied.transcript);
  };

  /** Fetches what is missing; while the connection is away there is no need, as the next one begins with it. */
  const pull = (conversationId: string, name: 'facts:pull' | 'conversation:watch') => {
    if (pulling.has(conversationId)) return;
    pulling.add(conversationId);
    const run = async () => {
      while (socket.connected) {
        const after = transcripts.get(conversationId)?.seq ?? 0;
        const page: FactsPage | Refusal | null = await ask(name, { conversationId, after }).catch(() => null);
        if (page?.ok) take(page);
        if (page?.ok && !page.hasMore) return;
        if (!page?.ok) await sleep(200);
      }
    };
    run()
      .catch((error) => faults.push(error))
      .finally(() => pulling.delete(conversationId));
  };

  socket.on('connect', () => {
    pulling.clear();
    socket.emit('availability:set', { availability: 'online' });
    for (const id of transcripts.keys()) pull(id, 'conversation:watch');
  });
  // What the server itself ends, or refuses, socket.io does not try again.
  const comeBack = () => setTimeout(() => !isClosed && !socket.active && socket.connect(), 300);
  socket.on('disconnect', comeBack);
  socket.on('connect_error', comeBack);
  socket.on('facts', take);
  socket.on('head', ({ conversationId, seq }) => {
    const shown = transcripts.get(conversationId);
    if (shown !== undefined && seq > shown.seq) pull(conversationId, 'facts:pull');
  });
  const onRows = ({ conversations }: { readonly conversations: readonly ConversationSummary[] }) => {
    for (const row of conversations) options.onRow?.(row);
  };
  socket.on('desk', onRows);
  socket.on('summaries', onRows);

  /** At least once: again under the same `cid`, until the answer is final. */
  const deliver = async (name: string, cid: string, body: object): Promise<CommandReply | null> => {
    while (!isClosed) {
      if (!socket.connected) {
        await sleep(50);
        continue;
      }
      const reply: CommandReply | null = await ask(name, body).catch(() => null);
      if (reply?.ok) recorder.acknowledged(cid, reply.seq);
      else if (reply !== null && !reply.retryable) recorder.refused(cid, reply.code);
      if (reply !== null && (reply.ok || !reply.retryable)) return reply;
      await sleep(reply?.retryAfterMs ?? 200);
    }
    return null;
  };

  return {
    ...agent,
    transcripts,
    faults,
    onTranscript: (listener) => void listeners.push(listener),
    unsent: () => unsent,
    async send(name, conversationId, body) {
      const cid = uuidv7();
      const text = 'text' in body ? String(body.text) : null;
      recorder.invoked({ cid, conversationId, side: 'agent', sender: agent.id, name, text });
      unsent += 1;
      const before = queues.get(conversationId) ?? Promise.resolve();
      const mine = before.then(() => deliver(name, cid, { cid, conversationId, ...body }));
      queues.set(conversationId, mine);
      return mine.finally(() => {
        unsent -= 1;
      });
    },
    watch(conversationId) {
      if (transcripts.has(conversationId)) return;
      transcripts.set(conversationId, emptyTranscript(conversationId));
      screens.set(conversationId, recorder.screen(`${agent.name} at ${conversationId}`, 'agent'));
      pull(conversationId, 'conversation:watch');
    },
    close() {
      isClosed = true;
      socket.disconnect();
    },
  };
}
