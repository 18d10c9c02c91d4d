import { describe, expect, test } from 'vitest';
import { createMatcher } from '../../server/retrieval/matcher.ts';

const refund = {
  id: 'refund',
  examples: ['How do I get my money back?', 'I want a refund for my order', 'can you refund me'],
};
const address = {
  id: 'address',
  examples: ['I moved, how do I change my address?', 'update my home address', 'new address'],
};

describe('a matcher', () => {
  test('finds the guidance of an example, word for word', async () => {
    const matcher = await createMatcher({ guidances: [refund, address], traffic: [], falseApply: 0.01 });
    expect(await matcher.match('I want a refund for my order')).toMatchObject({ id: 'refund' });
    expect(await matcher.match('update my home address')).toMatchObject({ id: 'address' });
  });

  test('asks only the eligible ones', async () => {
    const matcher = await createMatcher({ guidances: [refund, address], traffic: [], falseApply: 0.01 });
    expect(await matcher.match('update my home address', (id) => id === 'refund')).toMatchObject({
      id: 'refund',
      isApplied: false,
    });
    expect(await matcher.match('update my home address', () => false)).toBeNull();
  });

  test('sets no threshold by past questions that are examples themselves', async () => {
    const things = ['card', 'pin', 'fee', 'transfer', 'limit', 'statement', 'account', 'currency', 'top-up'];
    const wishes = [
      'where is my',
      'why is there a',
      'how do I stop the',
      'can you explain the',
      'who sees my',
    ];
    const traffic = Array.from({ length: 720 }, (_, at) => {
      const thing = things[at % things.length] ?? '';
      return `${wishes[Math.floor(at / things.length) % wishes.length]} ${thing} number ${at}`;
    });
    const build = { guidances: [refund, address], falseApply: 0.01 };
    const without = await createMatcher({ ...build, traffic });
    const examples = [...refund.examples, ...address.examples].map((text) => `${text.toUpperCase()}!`);
    const again = Array.from({ length: 20 }, () => examples).flat();
    const among = await createMatcher({ ...build, traffic: [...traffic, ...again] });
    expect(without.isCalibrated).toBe(true);
    expect(among.threshold).toBe(without.threshold);
    const known = await createMatcher({ ...build, traffic: [], unguided: traffic });
    const knownAmong = await createMatcher({ ...build, traffic: [], unguided: [...traffic, ...again] });
    expect(known.isCalibrated).toBe(true);
    expect(knownAmong.threshold).toBe(known.threshold);
  });

  test('leaves a meaning alone that finds less than words do', async () => {
    const days = ['today', 'tomorrow', 'on Monday', 'on Tuesday', 'this week'];
    const traffic = Array.from({ length: 700 }, (_, at) => `what is number ${at * 37} ${days[at % 5]}`);
    const ways = ['where can I find a', 'tell us more about your', 'somebody took the'];
    const guidances = Array.from({ length: 24 }, (_, at) => ({
      id: `matter ${at}`,
      examples: ways.map((way) => `${way} thing${at}`),
    }));
    const build = { guidances, traffic, falseApply: 0.01 };
    const byWords = await createMatcher(build);
    // A model that knows no more of a question than how long it is.
    const embed = async (texts: readonly string[]) =>
      texts.map((text) => Float32Array.from({ length: 8 }, (_, at) => (at === text.length % 8 ? 1 : 0)));
    const withNoise = await createMatcher({ ...build, embeddings: { name: 'length', embed } });
    expect(byWords.isCalibrated).toBe(true);
    expect(withNoise.threshold).toBe(byWords.threshold);
    const question = 'I need a thing7';
    expect(await byWords.match(question)).toMatchObject({ id: 'matter 7' });
    expect(await withNoise.match(question)).toEqual(await byWords.match(question));
  });

  test('is silent without guidances', async () => {
    const matcher = await createMatcher({ guidances: [], traffic: ['hello'], falseApply: 0.01 });
    expect(await matcher.match('hello')).toBeNull();
  });
});
