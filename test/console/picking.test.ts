import { expect, test } from 'vitest';
import { fillIn, findCanned, unfilled } from '../../console/inbox/canned.ts';
import { mentionedIn, picked, pickingAt } from '../../console/inbox/picking.ts';

test('a sign opens the picker at the start and behind a blank, and nowhere else', () => {
  expect(pickingAt('/', 1, '/')).toMatchObject({ typed: '', from: 0 });
  expect(pickingAt('Hi /ref', 7, '/')).toMatchObject({ typed: 'ref', from: 3, until: 7 });
  expect(pickingAt('Hi\n@be', 6, '@')).toMatchObject({ typed: 'be', from: 3 });
  for (const text of ['and/or', 'https://a.example', 'a@b', '/ref und']) {
    for (const sign of ['/', '@'] as const) expect(pickingAt(text, text.length, sign), text).toBeNull();
  }
});

test('what is chosen replaces the sign and its letters, and nothing behind the caret', () => {
  const picking = pickingAt('Hi /re, bye', 6, '/');
  expect(picking && picked('Hi /re, bye', picking, 'Refund')).toEqual({ text: 'Hi Refund, bye', caret: 9 });
});

test('only whole names are mentioned', () => {
  const colleagues = [
    { id: 'ana', name: 'Ana' },
    { id: 'anabel', name: 'Anabel Lee' },
  ];
  expect(mentionedIn('@Ana, look', colleagues)).toEqual(['ana']);
  expect(mentionedIn('@Anabel Lee look', colleagues)).toEqual(['anabel']);
  expect(mentionedIn('@Anabel Lee and @Ana', colleagues)).toEqual(['ana', 'anabel']);
  expect(mentionedIn('Ana, Anabel Lee', colleagues)).toEqual([]);
});

test('known variables are filled in, unknown ones stay and are named once', () => {
  const text = 'Hi {{customer.name}}, {{ Agent.Name }}. {{customer.name}}';
  const filled = fillIn(text, { 'agent.name': 'Ana $1' });
  expect(filled).toBe('Hi {{customer.name}}, Ana $1. {{customer.name}}');
  expect(unfilled(filled)).toEqual(['{{customer.name}}']);
});

test('canned responses are found by shortcut before title and text', () => {
  const one = (shortcut: string, title: string, text: string) => ({
    id: shortcut,
    site: 'pk',
    shortcut,
    title,
    text,
    team: null,
    updatedAt: 0,
    updatedBy: 'Ana',
  });
  const all = [
    one('b', 'Refund', 'x'),
    one('c', 'x', 'a refund'),
    one('refund', 'x', 'x'),
    one('d', 'x', 'x'),
  ];
  expect(findCanned(all, 'ref').map(({ id }) => id)).toEqual(['refund', 'b', 'c']);
});
