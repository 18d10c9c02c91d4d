import { createHash } from 'node:crypto';
import fp from 'fastify-plugin';
import type { AgentCommands, CustomerCommands } from '../../protocol/commands.ts';
import type { Fact } from '../../protocol/conversation.ts';
import type { AgentCommand, Command, CustomerCommand, SystemCommand, World } from '../domain/command.ts';
import { decide } from '../domain/decide.ts';
import { summarise } from '../domain/summary.ts';
import type { Agent } from '../store/agents.ts';
import type { LockedConversation, Ownership } from '../store/conversation-row.ts';
import type { ConversationTransaction } from '../store/conversation-transaction.ts';
import type { Customer } from '../store/customers.ts';
import type { Site } from '../store/sites.ts';
import { storable, storableText } from '../store/storable.ts';
import { RefusalError } from './errors.ts';
import { pageTurnLeaseMs, turnLeaseMs } from './partials.ts';

export interface Executed {
  readonly seq: number;
  readonly isRepeat: boolean;
}

/** Carries out commands: the only way in which a conversation changes. */
export interface Engine {
  forCustomer<N extends keyof CustomerCommands>(
    caller: { readonly customer: Customer; readonly site: Site },
    name: N,
    body: CustomerCommands[N],
  ): Promise<Executed>;
  forAgent<N extends keyof AgentCommands>(caller: Agent, name: N, body: AgentCommands[N]): Promise<Executed>;
  /** What the server does by itself. Idempotent by the domain's own rules, so it needs no cid. */
  forServer(conversationId: string, command: SystemCommand): Promise<Executed>;
}

declare module 'fastify' {
  interface FastifyInstance {
    engine: Engine;
  }
}

/** Who sends: what a cid is unique for, and whose conversation it must be. */
interface Sender {
  readonly id: string;
  readonly cid: string | null;
  readonly mayTouch: (conversation: Ownership) => boolean;
  /** A conversation that a customer's first command starts. */
  readonly creates: Ownership | null;
}

/**
 * One transaction a command: lock the row, `decide`, append the facts, save the state (design: the domain).
 * After COMMIT the facts are published on the bus; a refusal rolls everything back.
 */
export default fp(
  async (app) => {
    const { store, partials, bus } = app;

    const load = async (
      tx: ConversationTransaction,
      id: string,
      sender: Sender,
    ): Promise<LockedConversation> => {
      let conversation = await tx.lock(id);
      if (conversation === null && sender.creates !== null) {
        await tx.create(sender.creates, Date.now());
        conversation = await tx.lock(id);
      }
      // Not found and not yours look the same: an id tells a stranger nothing.
      if (conversation === null || !sender.mayTouch(conversation)) throw new RefusalError('not_found');
      return conversation;
    };

    const worldOf = async (
      tx: ConversationTransaction,
      { id, siteId, bot, state }: LockedConversation,
    ): Promise<World> => {
      const now = Date.now();
      const { pending, lastAgent } = state;
      const partialText =
        pending === null ? '' : (partials.textOf(id, pending.turn) ?? (await tx.partialText(id)));
      const isLastAgentOnline =
        state.status === 'resolved' &&
        lastAgent !== null &&
        (await tx.isAgentOnline(lastAgent.id, siteId, now));
      return { now, partialText: storableText(partialText), isLastAgentOnline, bot };
    };

    const execute = async (id: string, sender: Sender, given: Command): Promise<Executed> => {
      const input = storable(given);
      const bodyHash = createHash('sha256').update(inOneOrder(input.command)).digest();
      const done = await store.conversations.transaction(async (tx) => {
        const conversation = await load(tx, id, sender);
        if (sender.cid !== null) {
          const earlier = await tx.earlier(id, sender.id, sender.cid);
          if (earlier !== null) {
            if (!earlier.bodyHash.equals(bodyHash)) throw new RefusalError('cid_reused');
            return { seq: earlier.seq, committed: null };
          }
        }
        const world = await worldOf(tx, conversation);
        await assertTarget(tx, input, conversation.siteId);
        const decision = decide(conversation.state, input, world);
        if (!decision.ok) throw new RefusalError(decision.code);
        const { facts, state } = decision;
        const feedback = await project(tx, id, facts);
        const summary = summarise(conversation.summary, facts, state, feedback);
        const leaseMs = world.bot === 'page' ? pageTurnLeaseMs : turnLeaseMs;
        await tx.append({ ...conversation, state, summary }, facts, world.now + leaseMs);
        if (sender.cid !== null) {
          await tx.remember(id, sender.id, sender.cid, { seq: state.seq, bodyHash }, world.now);
        }
        const committed = {
          conversation: { id, siteId: conversation.siteId, customerId: conversation.customerId },
          before: conversation.state,
          facts,
          state,
          summary: { id, seq: state.seq, ...summary },
        };
        return { seq: state.seq, committed };
      });
      if (done.committed !== null) bus.emit('committed', done.committed);
      return { seq: done.seq, isRepeat: done.committed === null };
    };

    app.decorate('engine', {
      forCustomer: ({ customer, site }, name, { conversationId, ...body }) => {
        const own = { id: conversationId, siteId: customer.siteId, customerId: customer.id };
        const starts = name === 'message:send' || name === 'handoff:request';
        const sender: Sender = {
          id: customer.id,
          cid: body.cid,
          mayTouch: (conversation) =>
            conversation.customerId === customer.id && conversation.siteId === site.id,
          creates: starts ? own : null,
        };
        return execute(conversationId, sender, {
          from: 'customer',
          command: { name, ...body } as CustomerCommand,
        });
      },

      forAgent: (agent, name, { conversationId, ...body }) => {
        const sender: Sender = {
          id: agent.id,
          cid: body.cid,
          mayTouch: (conversation) => agent.siteIds.includes(conversation.siteId),
          creates: null,
        };
        const command = { name, ...body } as AgentCommand;
        return execute(conversationId, sender, {
          from: 'agent',
          agent: { id: agent.id, name: agent.name },
          command,
        });
      },

      forServer: (conversationId, command) => {
        const sender: Sender = { id: 'server', cid: null, mayTouch: () => true, creates: null };
        return execute(conversationId, sender, { from: 'server', command });
      },
    } satisfies Engine);
  },
  { name: 'engine', dependencies: ['store', 'partials', 'bus'] },
);

/** A conversation is passed on to somebody who can take it, under that person's own name: no other claim counts. */
async function assertTarget(tx: ConversationTransaction, input: Command, siteId: string): Promise<void> {
  if (input.from !== 'agent' || input.command.name !== 'handoff:transfer') return;
  const { to } = input.command;
  if (to.kind === 'agent' && (await tx.agentName(to.agent.id, siteId)) !== to.agent.name) {
    throw new RefusalError('not_found', { detail: 'no agent of this site has this id and name' });
  }
}

/** JSON with the fields of every object in one order: the same command is the same, however a client writes it. */
function inOneOrder(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/** Keeps what other reads live on, in the same transaction as the facts. @returns change of the bad answers' count */
async function project(tx: ConversationTransaction, id: string, facts: readonly Fact[]): Promise<number> {
  let downvotes = 0;
  for (const fact of facts) {
    if (fact.type === 'feedback.given') downvotes += await tx.saveFeedback(id, fact);
    if (fact.type === 'conversation.rated') await tx.saveRating(id, fact);
  }
  return downvotes;
}
