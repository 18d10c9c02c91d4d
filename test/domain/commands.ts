/** Commands by short names, and what becomes of a row of them: for tests that tell a story in one line. */
import type { Fact } from '../../protocol/conversation.ts';
import type { AgentCommand, Command, CustomerCommand, SystemCommand } from '../../server/domain/command.ts';
import { type Conversation, unstarted } from '../../server/domain/conversation.ts';
import { decide } from '../../server/domain/decide.ts';
import { defaultPolicy, type SitePolicy } from '../../server/domain/site-policy.ts';

export const ana = { id: 'a', name: 'Ana' };
export const ben = { id: 'b', name: 'Ben' };
export const cid = '0198c0de-0000-7000-8000-000000000001';

export const customer = (
  command: {
    [N in CustomerCommand['name']]: Omit<Extract<CustomerCommand, { name: N }>, 'cid'>;
  }[CustomerCommand['name']],
): Command => ({
  from: 'customer',
  command: { cid, ...command } as CustomerCommand,
});
export const agent = (
  by: typeof ana,
  command: {
    [N in AgentCommand['name']]: Omit<Extract<AgentCommand, { name: N }>, 'cid'>;
  }[AgentCommand['name']],
): Command => ({
  from: 'agent',
  agent: by,
  command: { cid, ...command } as AgentCommand,
});
export const server = (command: SystemCommand): Command => ({ from: 'server', command });

export const say = customer({ name: 'message:send', text: 'Where is my card?' });
export const ask = customer({ name: 'handoff:request' });
export const cancel = customer({ name: 'handoff:cancel' });
export const endByCustomer = customer({ name: 'conversation:resolve', outcome: 'solved' });
export const retry = (turn: number) => customer({ name: 'answer:retry', turn });
export const feedback = (turn: number, verdict: 'up' | 'down' = 'down') =>
  customer({
    name: 'feedback:give',
    turn,
    verdict,
    reasons: verdict === 'down' ? ['wrong'] : [],
    comment: '',
  });
export const rate = customer({ name: 'conversation:rate', rating: 5, comment: '' });
export const accept = (by = ana) => agent(by, { name: 'handoff:accept' });
export const decline = (by = ana) => agent(by, { name: 'handoff:decline' });
export const reply = (by = ana) => agent(by, { name: 'message:send', text: 'I look.' });
export const note = (by = ana) => agent(by, { name: 'note:add', text: 'check the post' });
export const handBack = (by = ana) => agent(by, { name: 'handoff:return', decision: '' });
export const resolve = (by = ana) => agent(by, { name: 'conversation:resolve', outcome: 'solved' });
export const toAgent = agent(ana, { name: 'handoff:transfer', to: { kind: 'agent', agent: ben } });
export const toQueue = agent(ana, { name: 'handoff:transfer', to: { kind: 'queue', team: 'cards' } });
export const offer = (to: typeof ana, expiresAt: number) =>
  server({ name: 'handoff:offer', agent: to, expiresAt });
export const gone = (who = ana) => server({ name: 'agent:gone', agentId: who.id });
export const expire = server({ name: 'handoff:expire_offer' });
export const end = (turn: number, more: Partial<Extract<SystemCommand, { name: 'answer:end' }>> = {}) =>
  server({
    name: 'answer:end',
    turn,
    outcome: 'answered',
    text: 'It is on its way.',
    sources: [],
    failure: null,
    handoff: null,
    ...more,
  });
export const failed = (turn: number) => end(turn, { outcome: 'failed', text: '', failure: 'timeout' });
export const endByPage = customer({
  name: 'answer:end',
  turn: 1,
  outcome: 'answered',
  text: 'mine',
  sources: [],
  failure: null,
  handoff: null,
});

export type At = Command | { wait: number };

/** Plays commands, each of which must be accepted except the last; returns how that one was decided. */
export function decisionOn(
  steps: readonly At[],
  options: {
    isLastAgentOnline?: boolean;
    bot?: 'http' | 'page';
    policy?: Partial<SitePolicy>;
    partialText?: string;
  } = {},
) {
  let state: Conversation = unstarted;
  let now = 0;
  let last: ReturnType<typeof decide> = { ok: true, facts: [], state };
  for (const step of steps) {
    if ('wait' in step) {
      now += step.wait;
      continue;
    }
    if (!last.ok) throw new Error(`refused on the way: ${last.code}`);
    const { isLastAgentOnline = false, bot = 'http', policy = {}, partialText = 'so far' } = options;
    const site = { isBotInPage: bot === 'page', policy: { ...defaultPolicy, ...policy } };
    last = decide(state, step, { now, partialText, isLastAgentOnline, ...site });
    if (last.ok) state = last.state;
  }
  return last;
}

/** All facts of these steps, of which each must be accepted. */
export function factsAfter(steps: readonly At[], policy: Partial<SitePolicy> = {}): Fact[] {
  let state: Conversation = unstarted;
  let now = 0;
  const facts: Fact[] = [];
  for (const step of steps) {
    if ('wait' in step) {
      now += step.wait;
      continue;
    }
    const world = { now, partialText: '', isLastAgentOnline: false, isBotInPage: false };
    const decision = decide(state, step, { ...world, policy: { ...defaultPolicy, ...policy } });
    if (!decision.ok) throw new Error(decision.code);
    facts.push(...decision.facts);
    state = decision.state;
  }
  return facts;
}
/** The state that they lead to. @throws Error with the code of a refusal */
export function stateAfter(...args: Parameters<typeof decisionOn>): Conversation {
  const decision = decisionOn(...args);
  if (!decision.ok) throw new Error(decision.code);
  return decision.state;
}

export const factsOf = (...args: Parameters<typeof decisionOn>) => {
  const decision = decisionOn(...args);
  return decision.ok ? decision.facts.map((fact) => fact.type) : decision.code;
};

export const withAna = [say, end(1), ask, accept()] as const;
