import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createPromiseReader, findPromise } from '../../server/domain/policy/promises.ts';

interface Reply {
  readonly language: string;
  readonly promise: 'person' | 'follow_up' | null;
  readonly text: string;
}

/** See test/domain/policy/README.md for who wrote these sets, when and how. */
function score(set: string) {
  const file = new URL(`./policy/${set}.jsonl`, import.meta.url);
  const replies = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Reply);
  const promises = replies.filter(({ promise }) => promise !== null);
  const others = replies.filter(({ promise }) => promise === null);
  const caught = promises.filter(({ text }) => findPromise(text) !== null);
  const alarms = others.filter(({ text }) => findPromise(text) !== null);
  return {
    replies: replies.length,
    caught: caught.length / promises.length,
    falseAlarms: alarms.length / others.length,
    rightKind:
      caught.filter(({ text, promise }) => findPromise(text)?.kind === promise).length / caught.length,
  };
}

describe("a bot's promise", () => {
  test('is caught in the set that was written before the rule', () => {
    const { replies, caught, falseAlarms, rightKind } = score('bot-replies');
    expect(replies).toBeGreaterThanOrEqual(160);
    expect(caught).toBeGreaterThanOrEqual(0.9);
    expect(falseAlarms).toBeLessThanOrEqual(0.02);
    expect(rightKind).toBeGreaterThanOrEqual(0.9);
  });

  test('is caught in the sets that were written after it', () => {
    for (const set of ['bot-replies-later', 'bot-replies-unseen']) {
      const { caught, falseAlarms } = score(set);
      expect(caught, set).toBeGreaterThanOrEqual(0.9);
      expect(falseAlarms, set).toBeLessThanOrEqual(0.02);
    }
  });

  test('is quoted as it was made, out of a longer answer', () => {
    const text = 'Your card was blocked. I will transfer you to one of our agents. Thank you!';
    expect(findPromise(text)).toEqual({
      kind: 'person',
      quote: 'I will transfer you to one of our agents',
    });
  });

  test('is found at the end of a very long answer', () => {
    const text = `${'The fee is listed on page two of the brochure. '.repeat(400)}We will get back to you.`;
    expect(findPromise(text)).toMatchObject({ kind: 'follow_up', quote: 'We will get back to you' });
  });

  test('is told from an offer, a condition and a denial of the same words', () => {
    expect(findPromise('I will connect you with an agent.')).not.toBeNull();
    expect(findPromise('Shall I connect you with an agent?')).toBeNull();
    expect(findPromise('If you like, I will connect you with an agent.')).toBeNull();
    expect(findPromise('I will not connect you with an agent.')).toBeNull();
    expect(findPromise("Don't worry, I will connect you with an agent.")).not.toBeNull();
    expect(findPromise('')).toBeNull();
  });
});

describe('a text that grows', () => {
  /** What has been found after each piece. */
  const read = (pieces: readonly string[]) => {
    const reader = createPromiseReader();
    return pieces.map((piece) => reader(piece)?.quote ?? null);
  };

  test('is told to promise once the sentence is complete, in whatever pieces it comes', () => {
    expect(read(['Sure! I will conn', 'ect you with an', ' agent', '. And', ' more.'])).toEqual([
      null,
      null,
      null,
      'I will connect you with an agent',
      null,
    ]);
    const letters = [...'Fine.\nWe will get back to you.'];
    expect(read(letters).findIndex((found) => found !== null)).toBe(letters.length - 1);
  });

  test('is not, while a sentence may still become a question or a condition', () => {
    expect(read(['I will connect you with an agent', ' if you like', '.'])).toEqual([null, null, null]);
    expect(read(['I will connect you with an agent', '?'])).toEqual([null, null]);
  });

  test('finds what is found in the whole', () => {
    const { pathname } = new URL('./policy/bot-replies.jsonl', import.meta.url);
    for (const line of readFileSync(pathname, 'utf8').trim().split('\n')) {
      const { text } = JSON.parse(line) as Reply;
      const found = read([...`${text}\n`]).find((quote) => quote !== null) ?? null;
      expect(found).toBe(findPromise(`${text}\n`)?.quote ?? null);
    }
  });
});
