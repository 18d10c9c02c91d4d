import { uuidv7 } from 'uuidv7';
import type { CustomerCommands } from '../../protocol/commands.ts';
import type { Fact, FactOf } from '../../protocol/conversation.ts';
import type { FeedbackReason } from '../../protocol/feedback.ts';
import {
  type CommandBody,
  type CustomerSocket,
  openCustomerSocket,
  openSession,
  sendAsCustomer,
} from './connection.ts';
import { createStream } from './stream.ts';
import { patienceMs, type Walk } from './walk.ts';

const reasons: readonly FeedbackReason[] = [
  'wrong',
  'outdated',
  'did_not_understand',
  'not_what_i_asked',
  'other',
];

/** One customer: asks the questions one after the other, says what was wrong, and may ask for a person. */
export async function playCustomer(walk: Walk, questions: readonly string[], wantsPerson: boolean) {
  const { ledger, tally, random } = walk;
  const { counts, times } = tally;
  const { token } = await openSession(walk.url, walk.site);
  const conversationId = uuidv7();
  walk.askedAt.set(conversationId, null);
  let socket: CustomerSocket;
  const stream = createStream(async (after) => {
    const page = await socket.timeout(patienceMs).emitWithAck('facts:pull', { conversationId, after });
    if (!page.ok) throw new Error(page.code);
    return page;
  });
  const connect = () =>
    openCustomerSocket(
      { url: walk.url, site: walk.site, token, conversationId, after: stream.seq() },
      (opened) => opened.on('facts', stream.take),
    );
  socket = await connect();
  const chance = (share: number) => random() < share;

  const send = async <N extends keyof CustomerCommands>(name: N, body: CommandBody<CustomerCommands[N]>) => {
    const cid = uuidv7();
    const sentAt = performance.now();
    const replies = [sendAsCustomer(socket, name, conversationId, body, cid)];
    // As if the reply had been lost on the way: the very same command again must not be carried out twice.
    if (chance(0.1)) {
      counts.resent++;
      replies.push(sendAsCustomer(socket, name, conversationId, body, cid));
    }
    const [reply] = await Promise.all(replies);
    if (!reply?.ok) throw new Error(`${name} refused: ${reply?.code}`);
    times.sendToAck.push(performance.now() - sentAt);
    ledger.acknowledged({ conversationId, side: 'customer', name, cid });
    return cid;
  };

  const ask = async (question: string) => {
    const askedAt = performance.now();
    const cid = await send('message:send', { text: question });
    const isQuestion = (fact: Fact): fact is FactOf<'message.sent'> =>
      fact.type === 'message.sent' && fact.cid === cid;
    const asked = await stream.until('own message', isQuestion, patienceMs);
    const started = () =>
      stream.facts.find((fact) => fact.type === 'answer.started' && fact.question === asked.seq);
    // Answered by the bot, or by the person who is in the conversation.
    const isEnd = (fact: Fact): fact is FactOf<'answer.ended'> | FactOf<'message.sent'> => {
      if (fact.seq < asked.seq) return false;
      if (fact.type === 'message.sent') return fact.by.kind === 'agent';
      const start = started();
      return fact.type === 'answer.ended' && start?.type === 'answer.started' && fact.turn === start.turn;
    };
    const end = await stream.until('answer', isEnd, patienceMs);
    times.questionToEnd.push(performance.now() - askedAt);
    if (end.type === 'message.sent') counts.byPerson++;
    else if (end.outcome === 'answered') counts.answered++;
    else if (end.outcome === 'unknown') counts.unknown++;
    else counts.failed++;
    if (end.type === 'answer.ended' && chance(0.25)) await judge(end.turn, end.outcome === 'answered');
  };

  const judge = async (turn: number, isAnswered: boolean) => {
    const verdict = isAnswered && chance(0.7) ? 'up' : 'down';
    const reason = reasons[Math.floor(random() * reasons.length)] ?? 'other';
    const comment = verdict === 'down' && chance(0.5) ? 'This did not solve it for me.' : '';
    await send('feedback:give', { turn, verdict, reasons: verdict === 'down' ? [reason] : [], comment });
    counts.feedback++;
  };

  const requested = () => stream.facts.findLast((fact) => fact.type === 'handoff.requested');
  const isWithPeople = () => {
    const resolved = stream.facts.findLast((fact) => fact.type === 'conversation.resolved');
    return (requested()?.seq ?? 0) > (resolved?.seq ?? 0);
  };

  const askForPerson = async () => {
    const before = stream.seq();
    walk.askedAt.set(conversationId, performance.now());
    await send('handoff:request', {});
    const isRequest = (fact: Fact): fact is FactOf<'handoff.requested'> =>
      fact.type === 'handoff.requested' && fact.seq > before;
    await stream.until('own handoff', isRequest, patienceMs);
  };

  /** Waits for the agent and for what they say, thanks them, and sees the conversation resolved. */
  const talk = async () => {
    counts.handoffsAsked++;
    const from = requested()?.seq ?? 0;
    const isAccepted = (fact: Fact): fact is FactOf<'handoff.accepted'> =>
      fact.type === 'handoff.accepted' && fact.seq > from;
    const accepted = await stream.until('person', isAccepted, patienceMs);
    const isWord = (fact: Fact): fact is FactOf<'message.sent'> =>
      fact.type === 'message.sent' && fact.by.kind === 'agent' && fact.seq > accepted.seq;
    const word = await stream.until('word of a person', isWord, patienceMs);
    counts.handoffsAnswered++;
    await send('message:send', { text: 'Thank you, that helps.' });
    const isResolved = (fact: Fact): fact is FactOf<'conversation.resolved'> =>
      fact.type === 'conversation.resolved' && fact.seq > word.seq;
    await stream.until('resolution', isResolved, patienceMs);
  };

  try {
    for (const [index, question] of questions.entries()) {
      try {
        await ask(question);
      } catch (error) {
        counts.unanswered += questions.length - index;
        throw error;
      }
      // As if the page were reloaded: what is said meanwhile must come all the same, once.
      if (chance(0.08)) {
        counts.reconnects++;
        socket.disconnect();
        socket = await connect();
      }
    }
    if (wantsPerson && !isWithPeople()) await askForPerson();
    if (isWithPeople()) {
      await talk();
    } else {
      await send('conversation:resolve', { outcome: chance(0.8) ? 'solved' : 'unsolved' });
    }
    if (wantsPerson || chance(0.3)) {
      await send('conversation:rate', { rating: 1 + Math.floor(random() * 5), comment: '' });
      counts.ratings++;
    }
  } catch (error) {
    counts.broken++;
    tally.problems.push(`${conversationId}: ${error instanceof Error ? error.message : error}`);
  }
  return {
    conversationId,
    token,
    stream,
    close: () => {
      socket.disconnect();
    },
  };
}
export type PlayedCustomer = Awaited<ReturnType<typeof playCustomer>>;
