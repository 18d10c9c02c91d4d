import { describe, expect, test } from 'vitest';
import { applyFacts, emptyTranscript } from '../../browser/transcript.ts';
import type { Fact } from '../../protocol/conversation.ts';
import { checkHistory, explain } from './support/check-history.ts';
import { type Command, createRecorder, type History } from './support/history.ts';
import { type RuleName, rules } from './support/history-rules.ts';

const conversationId = '0198c0de-0000-7000-8000-0000000000aa';
const cidOf = (number: number) => `0198c0de-0000-7000-8000-${String(number).padStart(12, '0')}`;
const ana = { id: 'ana', name: 'Ana' };
const byCustomer = { kind: 'customer' } as const;
const byAna = { kind: 'agent', ...ana } as const;
const byBot = { kind: 'bot' } as const;

type Body = Fact extends infer F ? (F extends Fact ? Omit<F, 'seq' | 'at'> : never) : never;
/** What has been numbered before is numbered anew. */
const numbered = (bodies: readonly (Body | Fact)[]) =>
  bodies.map((body, index) => ({ ...body, seq: index + 1, at: 1_000 + index }) as Fact);
const says = (by: Fact['by'], cid: number, text: string) =>
  ({ type: 'message.sent', by, cid: cidOf(cid), text }) as const;

/** A question answered, a person asked for and there, a note, and what they say. */
const facts = numbered([
  { type: 'conversation.started', by: byCustomer, context: {} },
  says(byCustomer, 1, 'one'),
  { type: 'answer.started', by: byBot, turn: 1, question: 2 },
  {
    type: 'answer.ended',
    by: byBot,
    turn: 1,
    outcome: 'answered',
    text: 'yes',
    sources: [],
    failure: null,
  },
  {
    type: 'handoff.requested',
    by: byCustomer,
    reason: 'customer_asked',
    detail: '',
    priority: 'high',
    because: 'urgent',
    team: null,
  },
  { type: 'handoff.accepted', by: byAna, agent: ana },
  { type: 'note.added', by: byAna, text: 'careful' },
  says(byAna, 4, 'hello'),
  says(byCustomer, 5, 'two'),
  { type: 'handoff.raised', by: { kind: 'system' }, priority: 'high', because: 'repeat_failure' },
]);
/** Without the notes, and without why somebody goes first. */
const forCustomer = (all: readonly Fact[]) =>
  all.flatMap((fact): Fact[] => {
    if (fact.type === 'note.added' || fact.type === 'handoff.raised') return [];
    if (fact.type !== 'handoff.requested') return [fact];
    const { because: _, ...shown } = fact;
    return [{ ...shown, priority: 'normal' }];
  });
const visible = forCustomer(facts);

const transcriptOf = (shown: readonly Fact[], through = facts.length) => {
  const event = { conversationId, after: 0, through, facts: shown.filter((fact) => fact.seq <= through) };
  const applied = applyFacts(emptyTranscript(conversationId), event);
  if (applied.kind !== 'applied') throw new Error('the facts do not fit');
  return applied.transcript;
};

/** The history of these facts as it should be: every command acknowledged, two screens that have read along. */
function goodHistory(): History {
  const recorder = createRecorder();
  const customer = recorder.screen('customer', 'customer');
  const agent = recorder.screen('Ana', 'agent');
  const send = (
    side: 'customer' | 'agent',
    number: number,
    name: string,
    text: string | null,
    seq: number,
  ) => {
    const sender = side === 'agent' ? ana.id : 'customer';
    recorder.invoked({ cid: cidOf(number), conversationId, side, sender, name, text });
    recorder.acknowledged(cidOf(number), seq);
    customer(transcriptOf(visible, seq));
    agent(transcriptOf(facts, seq));
  };
  send('customer', 1, 'message:send', 'one', 3);
  send('customer', 2, 'handoff:request', null, 5);
  send('agent', 3, 'handoff:accept', null, 6);
  send('agent', 6, 'note:add', 'careful', 7);
  send('agent', 4, 'message:send', 'hello', 8);
  recorder.looked(new Map([[conversationId, 8]]));
  send('customer', 5, 'message:send', 'two', 10);
  const screens = [
    { reader: 'customer', side: 'customer', transcript: transcriptOf(visible) },
    { reader: 'Ana', side: 'agent', transcript: transcriptOf(facts) },
  ] as const;
  return recorder.close(screens, [{ conversationId, facts, customerFacts: visible }]);
}

const good = goodHistory();
const changed = (number: number, by: Partial<Command>): Pick<History, 'commands'> => ({
  commands: good.commands.map((command) => (command.cid === cidOf(number) ? { ...command, ...by } : command)),
});
const ending = (all: readonly Fact[], given: readonly Fact[] = forCustomer(all)) => ({
  endings: [{ conversationId, facts: all, customerFacts: given }],
});
const unknown = { outcome: 'unknown', seq: null, settledAt: null } as const;
/** Facts as if the one at `seq` had never come, or come before what it stands in for. */
const without = (seq: number) => numbered(facts.filter((fact) => fact.seq !== seq));
const plus = (...bodies: Body[]) => numbered([...facts, ...bodies]);
const shifted = (from: number) =>
  facts.map((fact) => (fact.seq < from ? fact : { ...fact, seq: fact.seq + 1 }));
const swapped = numbered([
  ...facts.slice(0, 1),
  says(byCustomer, 5, 'two'),
  ...facts.slice(2, 8),
  says(byCustomer, 1, 'one'),
]);
const reread = (reader: string, index: number, by: object): Pick<History, 'reads'> => {
  const own = good.reads.filter((read) => read.reader === reader);
  return { reads: good.reads.map((read) => (read === own[index] ? { ...read, ...by } : read)) };
};
const screenOf = (transcript: object): Pick<History, 'screens'> => ({
  screens: good.screens.map((screen) =>
    screen.side === 'customer' ? { ...screen, transcript: { ...screen.transcript, ...transcript } } : screen,
  ),
});
const again: Body = { type: 'handoff.accepted', by: byAna, agent: ana };

/** What is done to the good history, and the rule that must notice. */
const doctored: Record<string, readonly [RuleName, Partial<History>]> = {
  'an acknowledged message that is not there': ['acknowledgedOnce', ending(without(9))],
  'an acknowledged conversation that is not there at all': ['acknowledgedOnce', { endings: [] }],
  'an acknowledged message that is there twice': [
    'acknowledgedOnce',
    ending(plus(says(byCustomer, 5, 'two'))),
  ],
  'an acknowledged message with other words': [
    'acknowledgedOnce',
    ending(numbered([...facts.slice(0, 8), says(byCustomer, 5, 'too')])),
  ],
  'an acknowledged message that somebody else seems to have written': [
    'acknowledgedOnce',
    ending(numbered([...facts.slice(0, 8), says(byAna, 5, 'two')])),
  ],
  'an acknowledgement that names an earlier place': ['acknowledgedOnce', changed(5, { seq: 4 })],
  'an acknowledgement that names a later place': ['acknowledgedOnce', changed(4, { seq: 9 })],
  'an acknowledged handoff whose place holds something else': ['acknowledgedOnce', changed(2, { seq: 6 })],
  'an acknowledged acceptance that was another agent’s': ['acknowledgedOnce', changed(3, { sender: 'ben' })],
  'two commands that were acknowledged as one fact': [
    'acknowledgedOnce',
    { commands: [...good.commands, { ...(good.commands[2] as Command), cid: cidOf(9), sender: 'ben' }] },
  ],
  'an unacknowledged message that is there twice': [
    'nothingDoubled',
    { ...changed(5, unknown), ...ending(plus(says(byCustomer, 5, 'two'))) },
  ],
  'a refused message that is there': ['nothingDoubled', changed(5, { outcome: 'refused', seq: null })],
  'a message that nobody has sent': ['nothingDoubled', ending(plus(says(byCustomer, 8, 'who?')))],
  'an unacknowledged note that is there twice': [
    'nothingDoubled',
    { ...changed(6, unknown), ...ending(plus({ type: 'note.added', by: byAna, text: 'careful' })) },
  ],
  'a seq that is left out': ['withoutGaps', ending(shifted(6))],
  'a seq that is there twice': [
    'withoutGaps',
    ending(facts.map((fact) => (fact.seq === 9 ? { ...fact, seq: 8 } : fact))),
  ],
  'two messages of one sender in the wrong order': ['inSendersOrder', ending(swapped)],
  'an answer given before the command that stands before it was sent': [
    'inRealOrder',
    changed(3, { invokedAt: 100, settledAt: 101 }),
  ],
  'a customer who is given a note': ['sameOnBothEnds', ending(facts, facts)],
  'a customer who is told why they go first': [
    'sameOnBothEnds',
    ending(
      facts,
      facts.filter((fact) => fact.type !== 'note.added'),
    ),
  ],
  'a customer who is not given a message': ['sameOnBothEnds', ending(facts, visible.slice(0, -1))],
  'a screen that lacks the last line': ['sameOnBothEnds', screenOf(transcriptOf(visible, 8))],
  'a screen that shows another state': ['sameOnBothEnds', screenOf({ status: 'bot' })],
  'a screen that goes back': ['readsMonotonic', reread('customer', 2, { through: 2 })],
  'a screen that loses a line it had': ['readsMonotonic', reread('Ana', 3, { kept: 1 })],
  'a screen that shows what is not so': [
    'readsMonotonic',
    reread('customer', 5, { lines: [{ seq: 9, what: 'customer says something else' }] }),
  ],
  'a screen that leaves out a line for ever': ['readsMonotonic', reread('customer', 4, { lines: [] })],
  'two winners of one handoff': ['oneWinner', ending(plus(again))],
  'a winner of a handoff that was taken back': [
    'oneWinner',
    ending(
      numbered([...facts.slice(0, 5), { type: 'handoff.cancelled', by: byCustomer }, ...facts.slice(5)]),
    ),
  ],
  'an acknowledgement that was not in the store when the server died': [
    'durable',
    { snapshots: [{ at: 11, heads: new Map([[conversationId, 7]]) }] },
  ],
  'an answer that never ends': ['answersEnd', ending(without(4))],
  'an answer that ends twice': [
    'answersEnd',
    ending(numbered([...facts.slice(0, 4), ...facts.slice(3, 4), ...facts.slice(4)])),
  ],
};

describe('the history checker', () => {
  test('finds nothing in a good history', () => {
    expect(checkHistory(good)).toEqual([]);
  });

  test.each(Object.entries(doctored))('notices %s', (_, [rule, changes]) => {
    expect(checkHistory({ ...good, ...changes }).map((violation) => violation.rule)).toContain(rule);
  });

  test('shows a person the commands and the facts that a violation is about', () => {
    const history = { ...good, ...ending(without(9)) };
    const text = explain(checkHistory(history), history);
    expect(text).toContain(`acknowledgedOnce: ${conversationId}: customer's message:send ${cidOf(5)}`);
    expect(text).toContain('"outcome":"acknowledged"');
    expect(text).toContain('"text":"hello"');
  });

  test('takes no offence at what was sent without an answer, there or not', () => {
    expect(checkHistory({ ...good, ...changed(5, unknown) })).toEqual([]);
    const lost = { ...good, ...changed(5, unknown), ...ending(without(9)), screens: [], reads: [] };
    expect(checkHistory(lost)).toEqual([]);
  });

  test('lets pass a message that was set aside and sent again by hand', () => {
    const isOvertaken = (violations: ReturnType<typeof checkHistory>) =>
      violations.some(({ rule }) => rule === 'inSendersOrder');
    const history = { ...good, ...ending(swapped) };
    expect(isOvertaken(checkHistory(history))).toBe(true);
    // The first one went out after the second: the customer had seen it fail.
    const commands = good.commands.map((one) => (one.cid === cidOf(1) ? { ...one, isParked: true } : one));
    expect(isOvertaken(checkHistory({ ...history, commands }))).toBe(false);
  });

  test('has for every rule a history that breaks it', () => {
    const broken = new Set(Object.values(doctored).map(([rule]) => rule));
    expect([...broken].sort()).toEqual(Object.keys(rules).sort());
  });
});
