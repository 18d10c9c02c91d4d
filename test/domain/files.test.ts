import { describe, expect, test } from 'vitest';
import type { AttachedFile } from '../../protocol/files.ts';
import type { Command, World } from '../../server/domain/command.ts';
import { type Conversation, unstarted } from '../../server/domain/conversation.ts';
import { decide } from '../../server/domain/decide.ts';
import { defaultPolicy } from '../../server/domain/site-policy.ts';
import { accept, ana, ask, ben, cid } from './commands.ts';

const one: AttachedFile = { id: 'one', name: 'one.png', kind: 'png', bytes: 1 };
const two: AttachedFile = { id: 'two', name: 'two.pdf', kind: 'pdf', bytes: 2 };
const world = (files?: readonly AttachedFile[]): World => ({
  now: 1_000,
  partialText: '',
  isLastAgentOnline: false,
  isBotInPage: false,
  policy: defaultPolicy,
  ...(files === undefined ? {} : { files }),
});
const reached = (...inputs: Command[]): Conversation =>
  inputs.reduce((state, input) => {
    const decision = decide(state, input, world());
    if (!decision.ok) throw new Error(decision.code);
    return decision.state;
  }, unstarted as Conversation);
const send = (files: string[], text = 'Here'): Command => ({
  from: 'customer',
  command: { name: 'message:send', cid, text, files },
});
const reply = (by: typeof ana, files: string[]): Command => ({
  from: 'agent',
  agent: by,
  command: { name: 'message:send', cid, text: 'Here', files },
});

describe('files of a message', () => {
  test('are those that it names, in its order, whatever order they are found in', () => {
    const decision = decide(reached(ask), send(['two', 'one']), world([one, two]));
    expect(decision).toMatchObject({ ok: true });
    if (decision.ok) expect(decision.facts[0]).toMatchObject({ type: 'message.sent', files: [two, one] });
  });

  test('must all be there', () => {
    expect(decide(reached(ask), send(['one', 'two']), world([one]))).toMatchObject({ code: 'no_such_file' });
    expect(decide(reached(ask), send(['one']), world())).toMatchObject({ code: 'no_such_file' });
    const mine = reached(ask, accept());
    expect(decide(mine, reply(ana, ['two']), world([one]))).toMatchObject({ code: 'no_such_file' });
  });

  test('go to people only', () => {
    expect(decide(unstarted, send(['one']), world([one]))).toMatchObject({ code: 'files_need_person' });
    const mine = reached(ask, accept());
    expect(decide(mine, send(['one']), world([one]))).toMatchObject({ ok: true });
    expect(decide(mine, reply(ben, ['one']), world([one]))).toMatchObject({ code: 'not_assigned' });
  });

  test('alone are no question for the bot; words beside them are', () => {
    const types = (text: string) => {
      const decision = decide(reached(ask), send(['one', 'two'], text), world([one, two]));
      return decision.ok ? decision.facts.map(({ type }) => type) : decision.code;
    };
    expect(types('one.png, two.pdf')).toEqual(['message.sent']);
    expect(types('Where is it?')).toContain('answer.started');
  });
});
