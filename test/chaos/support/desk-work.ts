import type { Transcript } from '../../../browser/transcript.ts';
import type { ConversationSummary } from '../../../protocol/agent.ts';
import { type Agent, type AgentOptions, createAgent } from './agent.ts';

/** Answers that an agent gives before they are through with a customer. */
const answersEach = 3;

/**
 * What an agent does all day: accepts what waits as soon as they see it, so that all race for it; writes a note and
 * a greeting, answers what the customer says, and in the end resolves or hands back.
 */
export function startDeskWork(options: Omit<AgentOptions, 'onRow'>): Agent {
  const tried = new Set<string>();
  /** The last customer's message that was answered, and how many were, since this agent joined. */
  const answered = new Map<
    string,
    { readonly joinedAt: number; readonly seq: number; readonly count: number }
  >();

  const accept = async (conversationId: string) => {
    const reply = await agent.send('handoff:accept', conversationId, {});
    if (!reply?.ok) return;
    agent.watch(conversationId);
    await agent.send('note:add', conversationId, { text: `taken by ${agent.name} at ${reply.seq}` });
  };

  const answer = async ({ id, name, send }: Agent, transcript: Transcript) => {
    const { conversationId, status, agent, joinedAt, items } = transcript;
    if (status !== 'human' || agent?.id !== id || joinedAt === null) return;
    const last = answered.get(conversationId);
    const before = last?.joinedAt === joinedAt ? last : { joinedAt, seq: 0, count: 0 };
    const word = items.findLast((item) => item.kind === 'message' && item.by.kind === 'customer');
    if (word === undefined || word.seq <= before.seq || before.count >= answersEach) return;
    const count = before.count + 1;
    answered.set(conversationId, { joinedAt, seq: word.seq, count });
    await send('message:send', conversationId, { text: `${name} answers what was said at ${word.seq}` });
    if (count < answersEach) return;
    if (word.seq % 2 === 0) await send('conversation:resolve', conversationId, { outcome: 'solved' });
    else await send('handoff:return', conversationId, { decision: 'this can go on by itself' });
  };

  const onRow = ({ id, status, waitingSince }: ConversationSummary) => {
    const handoff = `${id} ${waitingSince}`;
    if (status !== 'waiting' || tried.has(handoff)) return;
    tried.add(handoff);
    run(accept(id));
  };
  const agent = createAgent({ ...options, onRow });
  agent.onTranscript((transcript) => run(answer(agent, transcript)));
  return agent;
}

/** `send` never rejects: what goes wrong in here is a mistake of the trial's own, and must not pass unseen. */
function run(work: Promise<void>): void {
  work.catch((error) => {
    queueMicrotask(() => {
      throw error;
    });
  });
}
