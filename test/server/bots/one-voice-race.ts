import { setTimeout as sleep } from 'node:timers/promises';
import { vi } from 'vitest';
import { applyChunk, applyFacts, emptyTranscript } from '../../../browser/transcript.ts';
import type { Refusal } from '../../../protocol/errors.ts';
import type { AnswerChunk, FactsEvent, FactsPage } from '../../../protocol/events.ts';
import type { Site } from '../../../server/store/sites.ts';
import { sse, startTestBot, type TestBot } from '../../support/bot.ts';
import { type connectAgent, connectCustomer, type TestCustomer } from '../../support/clients.ts';
import { createChatwootApi } from '../../support/foreign-bots/chatwoot-api.ts';
import { type JsonServer, startJsonServer } from '../../support/foreign-bots/json-server.ts';
import type { TestServer } from '../../support/server.ts';

const chance = (ms: number) => sleep(Math.random() * ms);

/** A bot that speaks until it is silenced, and then once more. */
export interface Talker {
  readonly site: Site;
  /** Done when the bot has got the question: a turn that is stopped before that is no race. */
  asked(conversationId: string): Promise<unknown>;
  /**
   * Speaks in this customer's conversation; done once nothing of it can come any more after `takenOver`.
   * @returns how often it spoke in vain
   */
  speak(customer: TestCustomer, takenOver: Promise<void>): Promise<number>;
}

/** Streams words every moment, and stops only when its request is closed. */
export async function startStreamer(): Promise<{ bot: TestBot } & Omit<Talker, 'site'>> {
  interface Stream {
    pieces: number;
    readonly asked: PromiseWithResolvers<void>;
    readonly closed: PromiseWithResolvers<void>;
  }
  const streams = new Map<string, Stream>();
  const streamOf = (conversation: string) => {
    const known = streams.get(conversation);
    if (known !== undefined) return known;
    const made: Stream = {
      pieces: 0,
      asked: Promise.withResolvers<void>(),
      closed: Promise.withResolvers<void>(),
    };
    streams.set(conversation, made);
    return made;
  };
  const bot = await startTestBot(async ({ conversation }, response) => {
    const stream = sse(response);
    const count = streamOf(conversation);
    response.once('close', count.closed.resolve);
    count.asked.resolve();
    while (!response.destroyed && count.pieces < 9_000) {
      stream.send('text', { text: 'x ' });
      count.pieces++;
      await sleep(2);
    }
    stream.send('end', { outcome: 'answered' });
    stream.end();
  });
  const speak: Talker['speak'] = async ({ conversationId }, takenOver) => {
    const stream = streamOf(conversationId);
    await takenOver;
    const before = stream.pieces;
    await stream.closed.promise;
    return stream.pieces - before;
  };
  return { bot, speak, asked: (conversationId) => streamOf(conversationId).asked.promise };
}

/** Gets its question by webhook, and posts what it says to whichever node it finds. */
export async function startPoster(nodes: readonly TestServer[], token: string) {
  const numbers = new Map<string, PromiseWithResolvers<number>>();
  const numberOf = (conversation: string) => {
    const known = numbers.get(conversation) ?? Promise.withResolvers<number>();
    numbers.set(conversation, known);
    return known;
  };
  const bot: JsonServer = await startJsonServer(({ body }) => {
    const { id, additional_attributes: more } = Object(body?.conversation);
    if (body?.event === 'message_created') numberOf(more.handrail.conversation).resolve(id);
    return {};
  });
  const speak: Talker['speak'] = async ({ conversationId }, takenOver) => {
    const number = await numberOf(conversationId).promise;
    const say = async (): Promise<number> => {
      const node = nodes[Math.random() < 0.5 ? 0 : 1];
      const { status } = await createChatwootApi(node?.url ?? '', token).say(number, 'Here is more.');
      if (status !== 200 && status !== 409) throw new Error(`a bot was answered with ${status}`);
      return status === 409 ? 1 : 0;
    };
    const early = Array.from({ length: 4 }, () => chance(60).then(say));
    const late = takenOver.then(say);
    const refused = await Promise.all([...early, late]);
    return refused.reduce((sum, one) => sum + one, 0);
  };
  return { bot, speak, asked: (conversationId: string) => numberOf(conversationId).promise };
}

/** A function in the customer's page that goes on whatever happens. */
export const speakInPage: Talker['speak'] = async (customer, takenOver) => {
  const { conversationId } = customer;
  let isTaken = false;
  const taken = takenOver.then(() => {
    isTaken = true;
  });
  let offset = 0;
  while (!isTaken) {
    customer.socket.emit('answer:chunk', { conversationId, turn: 1, offset, text: 'x ' });
    offset += 2;
    await sleep(2);
  }
  await taken;
  customer.socket.emit('answer:chunk', { conversationId, turn: 1, offset, text: 'late' });
  const reply = await customer.send('answer:end', {
    turn: 1,
    outcome: 'answered',
    text: 'late',
    sources: [],
    failure: null,
    handoff: null,
  });
  return reply.ok ? 0 : 1;
};

export interface Outcome {
  /** Words of the bot that came too late and were refused or cut off. */
  readonly inVain: number;
  /** Facts of the bot behind the takeover: must be 0. */
  readonly factsAfter: number;
  /** Chunks that reached the customer's line after the takeover, and those that their page then showed: must be 0. */
  readonly chunksAfter: number;
  readonly shownAfter: number;
}

/** One customer, one bot that speaks, and one person who takes over in the middle of it. */
export async function race(
  talker: Talker,
  node: TestServer,
  desk: Awaited<ReturnType<typeof connectAgent>>,
): Promise<Outcome> {
  const customer = await connectCustomer(node.url, talker.site.key);
  const page = followAsPage(customer);
  const { conversationId } = customer;
  const takenOver = Promise.withResolvers<void>();
  try {
    await customer.send('message:send', { text: 'Where is my card?' });
    await talker.asked(conversationId);
    const speaking = talker.speak(customer, takenOver.promise);
    await customer.send('handoff:request', {});
    await chance(60);
    const accepted = await desk.send('handoff:accept', conversationId, {});
    if (!accepted.ok) throw new Error(`not accepted: ${accepted.code}`);
    takenOver.resolve();
    const inVain = await speaking;
    await customer.until('handoff.accepted');
    const { facts } = await node.store.conversations.factsAfter(conversationId, 0);
    const at = facts.findIndex(({ type }) => type === 'handoff.accepted');
    const after = facts.slice(at + 1);
    return { inVain, factsAfter: after.filter(({ by }) => by.kind === 'bot').length, ...(await page()) };
  } finally {
    takenOver.resolve();
    customer.close();
  }
}

/** The transcript as the widget makes it of what comes over the line. */
function followAsPage({ conversationId, socket, facts }: TestCustomer) {
  let transcript = emptyTranscript(conversationId);
  let chunksAfter = 0;
  let shownAfter = 0;
  const take = (event: FactsEvent) => {
    const applied = applyFacts(transcript, event);
    if (applied.kind === 'applied') transcript = applied.transcript;
    // What came over the other node has not arrived yet: fetched, as the widget does.
    if (applied.kind === 'gap') socket.emit('facts:pull', { conversationId, after: applied.after }, onPage);
  };
  const onPage = (page: FactsPage | Refusal) => {
    if (!page.ok) throw new Error(`no facts: ${page.code}`);
    take(page);
  };
  if (facts.length > 0) throw new Error('the page came too late');
  socket.on('facts', take);
  socket.on('answer:chunk', (chunk: AnswerChunk) => {
    const isAfter = transcript.status === 'human';
    const next = applyChunk(transcript, chunk);
    if (isAfter) chunksAfter++;
    if (isAfter && next !== transcript) shownAfter++;
    transcript = next;
  });
  return async () => {
    await vi.waitUntil(() => transcript.status === 'human', { timeout: 15_000, interval: 5 });
    const running = transcript.items.filter((item) => item.kind === 'answer' && item.state === 'pending');
    return { chunksAfter, shownAfter: shownAfter + running.length };
  };
}
