import { uuidv7 } from '../../browser/ids.ts';
import type { AgentCommandName, AgentCommands } from '../../protocol/commands.ts';
import type { RefusalCode } from '../../protocol/errors.ts';
import type { Outcome } from '../../protocol/handoff.ts';
import type { AgentPromiseKind } from '../../protocol/promise.ts';
import { type Api, ApiError } from '../api.ts';
import type { Connection } from '../connection.ts';
import { outcomes, refusalWords } from '../shared/words.ts';
import type { Desk } from './desk.ts';

/** null: done. Else words that say what happened instead. */
export type ActionResult = string | null;

/** What an agent does with a conversation, besides writing. */
export interface Actions {
  accept(conversationId: string): Promise<ActionResult>;
  handBack(conversationId: string, decision: string): Promise<ActionResult>;
  resolve(conversationId: string, outcome: Outcome): Promise<ActionResult>;
  promise(
    conversationId: string,
    what: { kind: AgentPromiseKind; text: string; dueAt: number },
  ): Promise<ActionResult>;
  keepPromise(conversationId: string, promise: number): Promise<ActionResult>;
  cancelPromise(conversationId: string, promise: number, why: string): Promise<ActionResult>;
}

export function createActions(
  agentId: string,
  connection: Connection,
  desk: Desk,
  api: Pick<Api, 'summary'>,
): Actions {
  /** An action whose answer got lost is tried again under its first cid, so that it is done once (D1). */
  const unanswered = new Map<string, string>();

  const act = async <N extends AgentCommandName>(
    name: N,
    conversationId: string,
    body: Omit<AgentCommands[N], 'cid' | 'conversationId'>,
  ): Promise<RefusalCode | 'unsent' | null> => {
    const key = JSON.stringify([name, conversationId, body]);
    const cid = unanswered.get(key) ?? uuidv7();
    unanswered.set(key, cid);
    // The three parts are the command's own fields, which TypeScript cannot put together again.
    const command = { cid, conversationId, ...body } as AgentCommands[N];
    const reply = await connection.command(name, command);
    if (reply.ok || reply.code !== 'unsent') unanswered.delete(key);
    return reply.ok ? null : reply.code;
  };

  /** Who was faster, or what became of it: asked of the server, because the desk may not have heard yet. */
  const whyNotWaiting = async (conversationId: string): Promise<ActionResult> => {
    try {
      desk.takeSummaries([await api.summary(conversationId)]);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
    const row = desk.row(conversationId);
    // Another tab of ours was faster, or an answer got lost: it is ours all the same.
    if (row?.status === 'human' && row.agent?.id === agentId) return null;
    if (row?.status === 'human' && row.agent !== null) return `${row.agent.name} has taken it.`;
    if (row?.status === 'bot') return 'The customer no longer waits for a person.';
    if (row?.status === 'resolved') return 'It has been resolved already.';
    return refusalWords('not_waiting');
  };

  const done = (code: RefusalCode | 'unsent' | null): ActionResult =>
    code === null ? null : refusalWords(code);

  return {
    promise: async (id, what) => done(await act('promise:make', id, what)),
    keepPromise: async (id, promise) => done(await act('promise:keep', id, { promise })),
    cancelPromise: async (id, promise, why) => done(await act('promise:cancel', id, { promise, why })),
    async accept(conversationId) {
      const code = await act('handoff:accept', conversationId, {});
      if (code === 'not_waiting') return whyNotWaiting(conversationId);
      return code === null ? null : refusalWords(code);
    },
    async handBack(conversationId, decision) {
      const code = await act('handoff:return', conversationId, { decision });
      return code === null ? null : refusalWords(code);
    },
    async resolve(conversationId, outcome) {
      const code = await act('conversation:resolve', conversationId, { outcome });
      return code === null ? null : `Not marked as ${outcomes[outcome]}. ${refusalWords(code)}`;
    },
  };
}
