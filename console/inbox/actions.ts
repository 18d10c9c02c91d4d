import { uuidv7 } from '../../browser/ids.ts';
import type { AgentCommandName, AgentCommands } from '../../protocol/commands.ts';
import type { TransferTarget } from '../../protocol/conversation.ts';
import type { RefusalCode } from '../../protocol/errors.ts';
import type { FailureCause, Outcome } from '../../protocol/handoff.ts';
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
  /** Passes on an offer that was made to this agent. */
  decline(conversationId: string, cid: string): Promise<ActionResult>;
  promise(
    conversationId: string,
    what: { kind: AgentPromiseKind; text: string; dueAt: number },
  ): Promise<ActionResult>;
  keepPromise(conversationId: string, promise: number, cid: string): Promise<ActionResult>;
  cancelPromise(conversationId: string, promise: number, why: string, cid: string): Promise<ActionResult>;
  handBack(
    conversationId: string,
    decision: string,
    cause: FailureCause | null,
    cid: string,
  ): Promise<ActionResult>;
  resolve(
    conversationId: string,
    outcome: Outcome,
    cause: FailureCause | null,
    cid: string,
  ): Promise<ActionResult>;
  /** @param note for whoever takes it next; empty for none */
  transfer(conversationId: string, to: TransferTarget, note: string, cid: string): Promise<ActionResult>;
  /** @param from whose it is, as this agent sees it */
  takeOver(conversationId: string, from: string): Promise<ActionResult>;
  /** What the bot should have said in this turn. */
  improve(conversationId: string, turn: number, text: string): Promise<ActionResult>;
}

const words = (code: RefusalCode | 'unsent' | null): ActionResult =>
  code === null ? null : refusalWords(code);

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
    given?: string,
  ): Promise<RefusalCode | 'unsent' | null> => {
    const key = JSON.stringify([name, conversationId, body]);
    const cid = given ?? unanswered.get(key) ?? uuidv7();
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

  return {
    promise: async (id, what) => words(await act('promise:make', id, what)),
    keepPromise: async (id, promise, cid) => words(await act('promise:keep', id, { promise }, cid)),
    cancelPromise: async (id, promise, why, cid) =>
      words(await act('promise:cancel', id, { promise, why }, cid)),
    async accept(conversationId) {
      const code = await act('handoff:accept', conversationId, {});
      if (code === 'not_waiting') return whyNotWaiting(conversationId);
      return code === null ? null : refusalWords(code);
    },
    async decline(conversationId, cid) {
      const code = await act('handoff:decline', conversationId, {}, cid);
      // Somebody took them, or the offer has ended: they are asked of this agent no more, which is what was wanted.
      return code === 'not_waiting' || code === 'not_offered' ? null : words(code);
    },
    async handBack(conversationId, decision, cause, cid) {
      return words(await act('handoff:return', conversationId, { decision, ...(cause && { cause }) }, cid));
    },
    async resolve(conversationId, outcome, cause, cid) {
      const code = await act(
        'conversation:resolve',
        conversationId,
        { outcome, ...(cause && { cause }) },
        cid,
      );
      return code === null ? null : `Not marked as ${outcomes[outcome]}. ${refusalWords(code)}`;
    },
    async transfer(conversationId, to, note, cid) {
      const noted = note === '' ? {} : { note };
      return words(await act('handoff:transfer', conversationId, { to, ...noted }, cid));
    },
    takeOver: async (conversationId, from) => words(await act('handoff:take_over', conversationId, { from })),
    improve: async (conversationId, turn, text) =>
      words(await act('answer:improve', conversationId, { turn, text })),
  };
}
