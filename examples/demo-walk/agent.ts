import { uuidv7 } from 'uuidv7';
import type { ConversationSummary } from '../../protocol/agent.ts';
import type { AgentCommands } from '../../protocol/commands.ts';
import type { Fact, FactOf } from '../../protocol/conversation.ts';
import { type CommandBody, openAgentSocket, sendAsAgent } from './connection.ts';
import { createStream, type Stream } from './stream.ts';
import { patienceMs, type Walk } from './walk.ts';

/**
 * One agent at the desk: accepts what waits as soon as it is on the screen (so agents race for it), looks at the
 * transcript, writes a note and an answer, replies to what comes, and resolves when thanked.
 * @param seen handoffs that have been on the screen of some agent
 */
export async function playAgent(walk: Walk, cookie: string, seen: Set<string>) {
  const { counts, times, problems } = walk.tally;
  const streams = new Map<string, Stream>();
  const tried = new Set<string>();
  const running = new Set<Promise<void>>();
  /** Keeps the work under way, so that `close` can wait for it and a failure is told. */
  const run = (work: Promise<void>) => {
    const done = work
      .catch((error: unknown) => {
        counts.broken++;
        problems.push(`agent: ${error instanceof Error ? error.message : error}`);
      })
      .finally(() => running.delete(done));
    running.add(done);
  };

  const onSummary = (row: ConversationSummary) => {
    const askedAt = walk.askedAt.get(row.id);
    const handoff = `${row.id} ${row.waitingSince}`;
    if (row.status !== 'waiting' || askedAt === undefined || tried.has(handoff)) return;
    if (!seen.has(handoff)) {
      seen.add(handoff);
      counts.handoffsSeen++;
      if (askedAt !== null) times.askedToScreen.push(performance.now() - askedAt);
    }
    tried.add(handoff);
    run(accept(row.id, row.topic, askedAt));
  };

  const socket = await openAgentSocket({ url: walk.url, cookie }, (opened) => {
    opened.on('desk', ({ conversations }) => conversations.forEach(onSummary));
    opened.on('summaries', ({ conversations }) => conversations.forEach(onSummary));
    opened.on('facts', (event) => streams.get(event.conversationId)?.take(event));
  });
  socket.emit('availability:set', { availability: 'online' });

  const send = async <N extends keyof AgentCommands>(
    name: N,
    conversationId: string,
    body: CommandBody<AgentCommands[N]>,
  ) => {
    const cid = uuidv7();
    const reply = await sendAsAgent(socket, name, conversationId, body, cid);
    if (reply.ok) walk.ledger.acknowledged({ conversationId, side: 'agent', name, cid });
    return reply;
  };
  const must = async (reply: ReturnType<typeof send>) => {
    const answer = await reply;
    if (!answer.ok) throw new Error(`refused: ${answer.code}`);
  };

  const accept = async (conversationId: string, topic: string, askedAt: number | null) => {
    const reply = await send('handoff:accept', conversationId, {});
    if (!reply.ok) {
      // Another agent was faster: nothing to do, and nothing happened twice.
      if (reply.code !== 'not_waiting') throw new Error(`accept refused: ${reply.code}`);
      counts.acceptsLost++;
      return;
    }
    counts.handoffsAccepted++;
    if (askedAt !== null) times.askedToAccepted.push(performance.now() - askedAt);
    await watch(conversationId, reply.seq);
    await must(send('note:add', conversationId, { text: `Asked about: ${topic.slice(0, 200)}` }));
    socket.emit('typing', { conversationId, isTyping: true });
    const text = "Hello, I've read what you asked so far. I'm looking into it now and will put it right.";
    await must(send('message:send', conversationId, { text }));
  };

  const watch = async (conversationId: string, acceptedAt: number) => {
    const pull = async (after: number) => {
      const page = await socket
        .timeout(patienceMs)
        .emitWithAck('conversation:watch', { conversationId, after });
      if (!page.ok) throw new Error(page.code);
      return page;
    };
    const stream = createStream(pull, (fact) => {
      if (fact.seq > acceptedAt && isCustomerWord(fact)) run(answer(conversationId, fact.text));
    });
    streams.set(conversationId, stream);
    let page = await pull(0);
    stream.take(page);
    while (page.hasMore) {
      page = await pull(page.through);
      stream.take(page);
    }
  };

  const answer = async (conversationId: string, text: string) => {
    if (text.startsWith('Thank you')) {
      await must(send('conversation:resolve', conversationId, { outcome: 'solved' }));
      counts.handoffsResolved++;
    } else {
      await must(send('message:send', conversationId, { text: 'I see. One moment, I check that as well.' }));
    }
  };

  return {
    streams,
    async close() {
      await Promise.all(running);
      socket.disconnect();
    },
  };
}

const isCustomerWord = (fact: Fact): fact is FactOf<'message.sent'> =>
  fact.type === 'message.sent' && fact.by.kind === 'customer';
