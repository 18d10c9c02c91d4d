import { randomUUID } from 'node:crypto';
import type { Fact } from '../../protocol/conversation.ts';
import type { FailureCause } from '../../protocol/handoff.ts';
import type { Command } from '../../server/domain/command.ts';
import { type Conversation, unstarted } from '../../server/domain/conversation.ts';
import { decide } from '../../server/domain/decide.ts';
import type { FoundGuidance } from '../../server/domain/guidance.ts';
import { defaultPolicy } from '../../server/domain/site-policy.ts';
import type { VisitStory } from './visit-stories.ts';

const cid = '0198c0de-0000-7000-8000-000000000001';
const ana = { id: 'ana', name: 'Ana' };

/** Questions of a card app's customers, and how often its bot does badly with each. */
const scenes = [
  { question: 'Where is my new card?', answer: 'Cards take up to five working days.', bad: 0.1 },
  { question: 'How do I change my postal address?', answer: 'Under Profile, Address.', bad: 0.06 },
  {
    question: 'Why was I charged a fee for my transfer?',
    answer: 'Transfers within the euro area are free.',
    bad: 0.45,
  },
  {
    question: 'My card was declined abroad',
    answer: 'Please check that your card is not blocked.',
    bad: 0.6,
  },
  {
    question: 'When will my refund arrive?',
    answer: 'A refund takes three to five working days.',
    bad: 0.25,
  },
  { question: 'Can I get a statement for my landlord?', answer: 'I could not find that.', bad: 0.35 },
] as const;
const languages = ['de', 'de', 'en', 'en', 'en', 'fr'];
const causes: readonly FailureCause[] = ['missing_knowledge', 'wrong_knowledge', 'could_not_act'];

/**
 * Conversations as a card app might have them, over so many days before `until`: for whoever looks at the figures. The
 * bot gets a little worse with time. The same on every call, but for ids.
 */
export function visitScenes(
  siteId: string,
  count: number,
  { until, days }: { until: number; days: number },
): VisitStory[] {
  let seed = 42;
  /** Park and Miller's, good enough to look at. */
  const chance = () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const oneOf = <T>(all: readonly T[]): T => {
    const one = all[Math.floor(chance() * all.length)];
    if (one === undefined) throw new Error('nothing to choose from');
    return one;
  };
  return Array.from({ length: count }, (_, index) => {
    const { question, answer, bad } = oneOf(scenes);
    const isBad = chance() < bad * (0.8 + (0.5 * index) / count);
    const customerId = randomUUID();
    const at = until - days * 86_400_000 * (1 - index / count) - chance() * 8 * 3_600_000;
    const facts = play(at, (act) => {
      const language = oneOf(languages);
      act(0, customer({ name: 'message:send', cid, text: question, context: { language } }));
      const isUnknown = isBad && chance() < 0.3;
      const ended = { sources: [], failure: null, handoff: null } as const;
      act(
        3_000,
        server({
          name: 'answer:end',
          turn: 1,
          outcome: isUnknown ? 'unknown' : 'answered',
          text: answer,
          ...ended,
        }),
      );
      if (chance() < (isBad ? 0.5 : 0.15)) {
        const verdict = isBad ? 'down' : 'up';
        const reasons = isBad ? [oneOf(['wrong', 'did_not_understand', 'outdated'] as const)] : [];
        act(9_000, customer({ name: 'feedback:give', cid, turn: 1, verdict, reasons, comment: '' }));
      }
      if (chance() < (isBad ? 0.5 : 0.08)) {
        const said = { name: 'message:send', cid, text: 'I want to talk to a person' } as const;
        act(20_000, customer(chance() < 0.4 ? said : { name: 'handoff:request', cid }));
        if (chance() < 0.12) return act(200_000, customer({ name: 'handoff:cancel', cid }));
        act(20_000 + chance() ** 3 * 900_000, agent({ name: 'handoff:accept', cid }));
        act(60_000, agent({ name: 'message:send', cid, text: 'Hello, I look into it.' }));
        act(60_000, agent({ name: 'conversation:resolve', cid, outcome: 'solved', cause: oneOf(causes) }));
        if (chance() < 0.5) act(5_000, rate(chance() < 0.75 ? 5 : 4));
      } else if (chance() < 0.5) {
        act(60_000, customer({ name: 'conversation:resolve', cid, outcome: isBad ? 'unsolved' : 'solved' }));
        if (chance() < 0.3) act(5_000, rate(isBad ? oneOf([1, 1, 2]) : oneOf([3, 4, 5, 5])));
      }
      if (isBad && chance() < 0.3) {
        act(20 * 3_600_000, customer({ name: 'message:send', cid, text: question, context: {} }));
      }
      return undefined;
    });
    return { id: randomUUID(), siteId, customerId, facts };
  });
}

type Of<F extends Command['from']> = Extract<Command, { from: F }>['command'];
export const customer = (command: Of<'customer'>): Command => ({ from: 'customer', command });
export const server = (command: Of<'server'>): Command => ({ from: 'server', command });
const agent = (command: Of<'agent'>): Command => ({ from: 'agent', agent: ana, command });
const rate = (rating: number) => customer({ name: 'conversation:rate', cid, rating, comment: '' });

/** The facts of what is told. @param found guidance that the questions in it get */
export function play(
  startAt: number,
  tell: (act: (afterMs: number, command: Command) => void) => void,
  found?: FoundGuidance,
): Fact[] {
  let state: Conversation = unstarted;
  let now = Math.round(startAt);
  const facts: Fact[] = [];
  tell((afterMs, command) => {
    now += Math.round(afterMs);
    const world = {
      now,
      partialText: '',
      isLastAgentOnline: false,
      isBotInPage: false,
      policy: defaultPolicy,
      ...(found === undefined ? {} : { guidance: found }),
    };
    const decision = decide(state, command, world);
    if (!decision.ok) return;
    facts.push(...decision.facts);
    state = decision.state;
  });
  return facts;
}
