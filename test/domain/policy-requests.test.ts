import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { asksForPerson, asksIfBot } from '../../server/domain/policy/requests.ts';

const languages = ['en', 'de', 'fr', 'es', 'pt', 'it'] as const;

/** The sentences of a labelled set: `+` asks for a person, `-` does not. See test/domain/policy/README.md. */
function read(set: string, language: string) {
  const file = new URL(`./policy/${set}.${language}.txt`, import.meta.url);
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  const of = (mark: string) => lines.filter((line) => line.startsWith(mark)).map((line) => line.slice(2));
  return { asking: of('+ '), others: of('- ') };
}
const missed = (sentences: readonly string[]) => sentences.filter((one) => asksForPerson(one) === null);
const taken = (sentences: readonly string[]) => sentences.filter((one) => asksForPerson(one) !== null);

describe('asking for a person', () => {
  for (const language of languages) {
    test(`is recognised in ${language}, and look-alikes are not taken for it`, () => {
      const { asking, others } = read('requests', language);
      expect(asking.length).toBeGreaterThanOrEqual(40);
      expect(others.length).toBeGreaterThanOrEqual(40);
      expect(missed(asking)).toEqual([]);
      expect(taken(others)).toEqual([]);
    });
  }

  test('is recognised in sentences that came later and that the rules were widened by', () => {
    const sets = languages.map((language) => read('requests-later', language));
    const asking = sets.flatMap((set) => set.asking);
    expect(missed(asking).length / asking.length).toBeLessThanOrEqual(0.05);
    expect(taken(sets.flatMap(({ others }) => others))).toEqual([]);
  });

  test('is recognised in most sentences that the rules were never fitted to', () => {
    const sets = languages.map((language) => read('requests-unseen', language));
    const asking = sets.flatMap((set) => set.asking);
    expect(missed(asking).length / asking.length).toBeLessThanOrEqual(0.15);
    expect(taken(sets.flatMap(({ others }) => others))).toEqual([]);
  });

  test('gives the words that ask, out of a longer message', () => {
    expect(asksForPerson('My parcel is late. Can I talk to a human? Order 17.')).toBe(
      'Can I talk to a human',
    );
    expect(asksForPerson(`${'x'.repeat(400)} get me an agent`)?.length).toBeLessThanOrEqual(200);
  });

  test('is found at the start and at the end of long messages, and in cut ones', () => {
    const story = 'The parcel came on Monday and the box was broken. '.repeat(200);
    expect(asksForPerson(`I want to talk to a person. ${story}`)).toBe('I want to talk to a person');
    expect(asksForPerson(`${story} I want to talk to a person.`)).toBe('I want to talk to a person');
    expect(asksForPerson(`I want to talk to a person. ${story}`.slice(0, 300))).not.toBeNull();
  });

  test('is told from declining one, also where both stand in one message', () => {
    expect(asksForPerson("I don't want you to transfer me to an agent")).toBeNull();
    expect(asksForPerson("I don't need an agent")).toBeNull();
    expect(asksForPerson('no i dont want a refund please let me speak with someone else')).not.toBeNull();
    expect(asksForPerson("Why can't I talk to a person?")).not.toBeNull();
  });

  test('is refusing the machine, too', () => {
    for (const text of [
      "I don't want to talk to a bot",
      "I don't feel comfortable sharing my details with a machine",
      'Ich rede nicht mit einem Roboter',
      'je refuse de parler à une machine',
      'no quiero hablar con una máquina',
      'não quero falar com um robô',
      'non voglio parlare con un robot',
    ]) {
      expect(asksForPerson(text), text).not.toBeNull();
    }
  });
});

describe('asking whether this is a bot', () => {
  test('is no request for a person, in any of the languages', () => {
    for (const text of [
      'are you a bot?',
      'Am I talking to a human',
      'is this a real person or a machine?',
      'who are you?',
      'Bist du ein Roboter?',
      'Spreche ich mit einem Menschen?',
      'wer sind Sie',
      'Êtes-vous un humain ?',
      'Est-ce que je parle à un robot ?',
      'qui êtes-vous ?',
      '¿Eres un bot?',
      '¿Estoy hablando con una persona?',
      '¿quién eres?',
      'Você é um robô?',
      'Estou falando com uma pessoa?',
      'quem é você?',
      'Sei un bot?',
      'Sto parlando con una persona vera?',
      'chi sei?',
    ]) {
      expect(asksIfBot(text), text).toMatchObject({ isWholeMessage: true });
      expect(asksForPerson(text), text).toBeNull();
    }
  });

  test('is told from other questions about people and machines', () => {
    for (const text of [
      'Can I get money out of any machine?',
      'are you a cat person?',
      'who made you?',
      'I am a real person, unlock my account',
      'is there a person limit?',
      'what is a robot?',
      'can you call someone',
    ]) {
      expect(asksIfBot(text), text).toBeNull();
    }
  });

  test('leaves the bot the rest of the message to answer', () => {
    expect(asksIfBot('Are you a bot? And where is my card?')).toMatchObject({ isWholeMessage: false });
    expect(asksIfBot('are you a bot i need my balance')).toMatchObject({ isWholeMessage: false });
    expect(asksIfBot('Hi! Are you a bot, please?')).toMatchObject({ isWholeMessage: true });
  });

  test('does not hide a request beside it', () => {
    expect(asksForPerson('Are you a bot? I want to talk to a human.')).toBe('I want to talk to a human');
  });
});
