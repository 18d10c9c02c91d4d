import type { TSchema } from 'typebox';
import { agentCommands, customerCommands } from '../../protocol/commands.ts';

export const cid = '0198c0de-0000-7000-8000-000000000001';
export const conversationId = '0198c0de-0000-7000-8000-000000000002';
const ids = { cid, conversationId };
const context = { page: { url: 'https://a.example/b', title: 'B' }, language: 'en-GB' };
const end = {
  turn: 1,
  outcome: 'answered',
  text: 'Yes.',
  sources: [{ title: 'Help', url: 'https://h.example' }],
  failure: null,
  handoff: null,
};

/** One good body of every command, and what makes it bad. */
export const commands: [string, TSchema, object, object[]][] = [
  [
    'message:send',
    customerCommands['message:send'],
    { ...ids, text: 'Hi', context },
    [
      { text: ' \n' },
      { text: '' },
      { text: 'x'.repeat(8_001) },
      { text: 1 },
      { text: null },
      { cid: 'x' },
      { conversationId: [] },
      { context: { language: 'english!' } },
    ],
  ],
  [
    'handoff:request',
    customerCommands['handoff:request'],
    { ...ids },
    [
      { cid: undefined },
      { context: { page: { url: 'x'.repeat(2_001), title: '' } } },
      { context: { page: { url: '' } } },
    ],
  ],
  [
    'transcript:share',
    customerCommands['transcript:share'],
    {
      ...ids,
      lines: [
        { author: 'customer', text: 'Hi', at: 1 },
        { author: 'bot', text: 'Hello' },
      ],
      context,
    },
    [
      { lines: [] },
      { lines: Array(41).fill({ author: 'bot', text: 'x' }) },
      { lines: [{ author: 'agent', text: 'x' }] },
      { lines: [{ author: 'bot', text: ' ' }] },
      { lines: [{ author: 'bot', text: 'x'.repeat(4_001) }] },
      { lines: [{ author: 'bot', text: 'x', at: 'now' }] },
      { lines: [{ author: 'bot', text: 'x', html: '<b>' }] },
      { lines: 'x' },
    ],
  ],
  [
    'handoff:cancel',
    customerCommands['handoff:cancel'],
    { ...ids },
    [{ conversationId: conversationId.toUpperCase() }],
  ],
  [
    'followup:ask',
    customerCommands['followup:ask'],
    { ...ids, email: 'kim@example.com' },
    [
      { email: 'kim' },
      { email: 'kim@example' },
      { email: 'a@b.example, c@d.example' },
      { email: 'x\n@b.example' },
      { email: `${'k'.repeat(250)}@b.example` },
    ],
  ],
  [
    'answer:retry',
    customerCommands['answer:retry'],
    { ...ids, turn: 1 },
    [{ turn: 0 }, { turn: 1.5 }, { turn: '1' }, { turn: 2 ** 31 }],
  ],
  [
    'answer:end',
    customerCommands['answer:end'],
    { ...ids, ...end },
    [
      { outcome: 'stopped' },
      { text: 'x'.repeat(20_001) },
      { failure: 'no' },
      { handoff: 'x'.repeat(501) },
      { sources: [{ title: '', url: 'https://h.example' }] },
      { sources: Array(11).fill(end.sources[0]) },
    ],
  ],
  [
    'feedback:give',
    customerCommands['feedback:give'],
    {
      ...ids,
      turn: 1,
      verdict: 'down',
      reasons: ['wrong', 'other'],
      comment: '',
      rightAnswer: 'x',
      doNotTrain: true,
    },
    [
      { rightAnswer: 'x'.repeat(2_001) },
      { doNotTrain: 'yes' },
      { verdict: 'bad' },
      { reasons: ['wrong', 'wrong'] },
      { reasons: ['rude'] },
      { comment: 'x'.repeat(2_001) },
    ],
  ],
  [
    'feedback:share',
    customerCommands['feedback:share'],
    {
      ...ids,
      question: 'Where?',
      answer: 'Here.',
      verdict: 'down',
      reasons: ['wrong'],
      comment: '',
      context,
    },
    [
      { question: '' },
      { question: 'x'.repeat(2_001) },
      { answer: '\n' },
      { answer: 'x'.repeat(14_001) },
      { verdict: 'bad' },
      { reasons: ['rude'] },
      { comment: 'x'.repeat(2_001) },
      { turn: 1 },
    ],
  ],
  [
    'conversation:rate',
    customerCommands['conversation:rate'],
    { ...ids, rating: 5, comment: '' },
    [{ rating: 0 }, { rating: 6 }, { rating: 2.5 }, { rating: true }],
  ],
  [
    'handoff:rate',
    customerCommands['handoff:rate'],
    { ...ids, hadToRepeat: false, wasWaitAsSaid: true },
    [{ hadToRepeat: 'no' }, { wasWaitAsSaid: null }, { rating: 1 }],
  ],
  [
    'feedback:review',
    agentCommands['feedback:review'],
    { ...ids, about: 1, status: 'changed', word: 'The table was old.' },
    [
      { about: 0 },
      { about: 'answer' },
      { status: 'received' },
      { word: 'x'.repeat(501) },
      { word: undefined },
    ],
  ],
  [
    'conversation:resolve',
    customerCommands['conversation:resolve'],
    { ...ids, outcome: 'solved' },
    [{ outcome: '' }, { cause: 'tone' }],
  ],
  ['handoff:accept', agentCommands['handoff:accept'], { ...ids }, [{ agent: 'me' }]],
  ['handoff:decline', agentCommands['handoff:decline'], { ...ids }, [{ agent: 'me' }]],
  ['message:send', agentCommands['message:send'], { ...ids, text: 'Hi' }, [{ text: '\t' }, { context: {} }]],
  [
    'note:add',
    agentCommands['note:add'],
    { ...ids, text: 'Hm', mentions: ['a', 'b'] },
    [
      { text: 'x'.repeat(8_001) },
      { mentions: [] },
      { mentions: ['a', 'a'] },
      { mentions: Array.from({ length: 11 }, (_, index) => `a${index}`) },
    ],
  ],
  [
    'handoff:take_over',
    agentCommands['handoff:take_over'],
    { ...ids, from: 'a' },
    [{ from: '' }, { from: undefined }, { to: 'me' }],
  ],
  [
    'answer:improve',
    agentCommands['answer:improve'],
    { ...ids, turn: 1, text: 'So.' },
    [{ turn: 0 }, { text: ' ' }, { text: 'x'.repeat(8_001) }],
  ],
  [
    'handoff:transfer',
    agentCommands['handoff:transfer'],
    { ...ids, to: { kind: 'queue', team: null }, note: 'For billing' },
    [
      { to: { kind: 'queue' } },
      { to: { kind: 'agent', agent: { id: '', name: 'A' } } },
      { to: { kind: 'agent', agent: { id: 'a', name: 'x'.repeat(81) } } },
      { to: null },
      { note: '' },
      { note: 'x'.repeat(8_001) },
    ],
  ],
  [
    'promise:make',
    agentCommands['promise:make'],
    { ...ids, kind: 'call_back', text: 'I call you.', dueAt: 1 },
    [
      { kind: 'answer' },
      { kind: 'wait' },
      { text: ' ' },
      { text: 'x'.repeat(501) },
      { dueAt: 'soon' },
      { dueAt: -1 },
    ],
  ],
  [
    'promise:keep',
    agentCommands['promise:keep'],
    { ...ids, promise: 3 },
    [{ promise: -1 }, { promise: 1.5 }],
  ],
  [
    'promise:cancel',
    agentCommands['promise:cancel'],
    { ...ids, promise: 3, why: 'Done by mail.' },
    [{ why: '' }, { why: ' ' }, { why: undefined }, { why: 'x'.repeat(501) }],
  ],
  [
    'handoff:return',
    agentCommands['handoff:return'],
    { ...ids, decision: '', cause: 'tone' },
    [{ decision: null }, { cause: 'bad' }],
  ],
  [
    'conversation:resolve',
    agentCommands['conversation:resolve'],
    { ...ids, outcome: 'unsolved', cause: 'missing_knowledge' },
    [{ outcome: 'closed' }, { cause: '' }, { cause: null }],
  ],
];
