import fp from 'fastify-plugin';
import type { AgentCommands, CustomerCommands } from '../../protocol/commands.ts';
import type { Fact } from '../../protocol/conversation.ts';
import type { AgentCommand, Command, CustomerCommand, SystemCommand, World } from '../domain/command.ts';
import { type Conversation, isSameButSeq } from '../domain/conversation.ts';
import { decide } from '../domain/decide.ts';
import type { FoundGuidance } from '../domain/guidance.ts';
import { isSameStanding, summarise } from '../domain/summary.ts';
import type { Agent } from '../store/agents.ts';
import { turnChange } from '../store/commits.ts';
import type { LockedConversation, Ownership, StoredConversation } from '../store/conversation-row.ts';
import type { ConversationTransaction } from '../store/conversation-transaction.ts';
import { type Customer, reaches } from '../store/customers.ts';
import type { Site } from '../store/sites.ts';
import { storableText } from '../store/storable.ts';
import { keptAs } from './body-hash.ts';
import { isRolledBack, RefusalError } from './errors.ts';
import { createGroupCommit, type Order, type Step } from './group-commit.ts';
import { pageTurnLeaseMs, turnLeaseMs } from './partials.ts';
import { assertAgents, needsTables, project, showsSignal, touchesLedger } from './projections.ts';
import { toldTogether } from './told-together.ts';

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

interface EngineOrder extends Order {
  readonly sender: Sender;
  readonly input: Command;
  /** What makes a command with the same cid the same (D1). */
  readonly bodyHash: string;
  /** What people have approved for the question that it asks. */
  readonly found: Pick<World, 'guidance'>;
}

/**
 * Every command is decided by `decide` on the conversation's state; facts and state are saved together, and published
 * on the bus after COMMIT, never before (D3). Two ways lead there: together with other commands, on a state that is
 * known here (group-commit.ts), or alone under the row's lock, for whatever that cannot carry.
 */
export default fp(
  async (app) => {
    const { store, partials, bus, sites, metrics } = app;

    const stepTo = (
      order: EngineOrder,
      before: StoredConversation,
      { facts, state }: { facts: readonly Fact[]; state: Conversation },
      world: World,
      feedback: number,
    ): Step<EngineOrder> => {
      const summary = summarise(before.summary, facts, state, feedback);
      const conversation = { ...before, state, summary };
      const isOnlySaid = isSameStanding(before.summary, summary) && turnChange(facts, state) === null;
      const { senderId, cid, bodyHash } = order;
      const commands = cid === null ? [] : [{ senderId, cid, bodyHash, seq: state.seq, at: world.now }];
      const leaseUntil = world.now + (world.isBotInPage ? pageTurnLeaseMs : turnLeaseMs);
      return {
        order,
        before,
        commit: {
          after: before.state.seq,
          conversation,
          facts,
          commands,
          isOnlySaid,
          isStateKept: isSameButSeq(before.state, state),
          leaseUntil,
        },
      };
    };

    const decideOnKnown = (order: EngineOrder, known: StoredConversation): Step<EngineOrder> | null => {
      const { sender, input } = order;
      const { state } = known;
      const site = sites.kept(known.siteId);
      const partialText = state.pending === null ? '' : partials.textOf(known.id, state.pending.turn);
      const mayReopen = state.status === 'resolved' && state.lastAgent !== null;
      if (site === null || partialText === null || mayReopen || state.seq === 0) return null;
      if (needsTables(input.command) || fileIdsOf(input.command).length > 0) return null;
      if (!sender.mayTouch(known)) return null;
      // Whether this customer goes first is in their row, which may have changed since.
      if (site.policy.first.length > 0 && state.status !== 'human') return null;
      const world = {
        now: Date.now(),
        partialText: storableText(partialText),
        isLastAgentOnline: false,
        isBotInPage: site.bot.kind === 'page',
        policy: site.policy,
        answers: { hours: site.hours, withinMs: site.promises.answerWithinMs },
        ...order.found,
      };
      const decision = decide(state, input, world);
      // What is known may be out of date: only the lock can say no.
      if (!decision.ok || touchesLedger(state, decision.facts)) return null;
      if (showsSignal(known, decision.facts, site.policy.thresholds.sameQuestion)) return null;
      return stepTo(order, known, decision, world, 0);
    };

    const publish = (steps: readonly Step<EngineOrder>[]): void => {
      for (const one of toldTogether(steps)) bus.emit('committed', one);
    };
    const executed = ({ commit }: Step<EngineOrder>): Executed => ({
      seq: commit.conversation.state.seq,
      isRepeat: false,
    });

    /** Lock the row, decide, append, save (design: the domain). A refusal rolls everything back. */
    const carryOutAlone = async (order: EngineOrder) => {
      const { sender, input, bodyHash, conversationId: id } = order;
      const done = await store.conversations.transaction(async (tx) => {
        const conversation = await lockFor(tx, id, sender);
        if (sender.cid !== null) {
          const earlier = await tx.earlier(id, sender.id, sender.cid);
          if (earlier !== null) {
            if (earlier.bodyHash !== bodyHash) throw new RefusalError('cid_reused');
            return { seq: earlier.seq, conversation };
          }
        }
        const files = await keptFiles(tx, id, order);
        const world = { ...(await worldOf(tx, conversation)), files, ...order.found };
        await assertAgents(tx, input, conversation.siteId);
        const decision = decide(conversation.state, input, world);
        if (!decision.ok) throw new RefusalError(decision.code);
        const step = stepTo(
          order,
          conversation,
          decision,
          world,
          await project(tx, conversation, decision.facts),
        );
        await tx.append(step.commit);
        return step;
      });
      if ('seq' in done)
        return { result: { seq: done.seq, isRepeat: true }, conversation: done.conversation };
      publish([done]);
      return { result: executed(done), conversation: done.commit.conversation };
    };

    const worldOf = async (
      tx: ConversationTransaction,
      { id, siteId, bot, policy, answers, feedback, traits, state }: LockedConversation,
    ): Promise<World> => {
      const now = Date.now();
      const { pending, lastAgent } = state;
      const partialText =
        pending === null ? '' : (partials.textOf(id, pending.turn) ?? (await tx.partialText(id)));
      const isLastAgentOnline =
        state.status === 'resolved' &&
        lastAgent !== null &&
        (await tx.isAgentOnline(lastAgent.id, siteId, now));
      return {
        now,
        partialText: storableText(partialText),
        isLastAgentOnline,
        isBotInPage: bot === 'page',
        policy,
        answers,
        feedback,
        ...(traits === null ? {} : { traits }),
      };
    };

    const submit = createGroupCommit<EngineOrder, Executed>({
      load: store.conversations.byIds,
      decide: decideOnKnown,
      async save(commits) {
        const begunAt = performance.now();
        const fates = await store.commits.save(commits);
        metrics.commitSize.observe(commits.length);
        metrics.commitSeconds.observe((performance.now() - begunAt) / 1_000);
        return fates;
      },
      alone: carryOutAlone,
      onSaved: publish,
      resultOf: executed,
      isHarmless: isRolledBack,
    });
    const execute = (
      conversationId: string,
      sender: Sender,
      given: Command,
      found: EngineOrder['found'] = {},
    ) => {
      const { command, bodyHash } = keptAs(given.command);
      const input = command === given.command ? given : ({ ...given, command } as Command);
      return submit({ conversationId, senderId: sender.id, cid: sender.cid, sender, input, bodyHash, found });
    };

    app.decorate('engine', {
      forCustomer: ({ customer, site }, name, { conversationId, ...body }) => {
        // Not `not_found`: the browser goes on as somebody new then, with what was to be said.
        if (!reaches(customer, conversationId)) return Promise.reject(new RefusalError('unauthenticated'));
        const own = { id: conversationId, siteId: customer.siteId, customerId: customer.id };
        const starts = starting.has(name);
        const sender: Sender = {
          id: customer.id,
          cid: body.cid,
          mayTouch: (conversation) =>
            conversation.customerId === customer.id && conversation.siteId === site.id,
          creates: starts ? own : null,
        };
        const command = { name, ...body } as CustomerCommand;
        const found = app.guidance.find(own, command);
        const run = (guidance: FoundGuidance | null) =>
          execute(
            conversationId,
            sender,
            { from: 'customer', command },
            guidance === null ? {} : { guidance },
          );
        return found === null ? run(null) : found.then(run);
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
  { name: 'engine', dependencies: ['store', 'partials', 'bus', 'sites', 'metrics', 'guidance'] },
);

/** A customer's commands that may be the first of a conversation. */
const starting = new Set<keyof CustomerCommands>([
  'message:send',
  'handoff:request',
  'transcript:share',
  'feedback:share',
]);

const fileIdsOf = (command: Command['command']): readonly string[] =>
  (command.name === 'message:send' && command.files) || [];

/** The files that the command names, as they are kept: of this conversation, this sender's, and sent by nothing yet. */
async function keptFiles(tx: ConversationTransaction, id: string, { sender, input }: EngineOrder) {
  const files = fileIdsOf(input.command);
  return files.length === 0 ? [] : tx.filesOf(id, sender.id, files);
}

/** The conversation's row, locked; made first if this command may start it. */
async function lockFor(
  tx: ConversationTransaction,
  id: string,
  { creates, mayTouch }: Sender,
): Promise<LockedConversation> {
  let conversation = await tx.lock(id);
  if (conversation === null && creates !== null) {
    // Erased a moment ago: the browser goes on as somebody new.
    if (!(await tx.create(creates, Date.now()))) throw new RefusalError('unauthenticated');
    conversation = await tx.lock(id);
  }
  // Not found and not yours look the same: an id tells a stranger nothing.
  if (conversation === null || !mayTouch(conversation)) throw new RefusalError('not_found');
  return conversation;
}
