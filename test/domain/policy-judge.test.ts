import { array, assert, constantFrom, property, record, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judge, type PolicyTurn } from '../../server/domain/policy/judge.ts';
import { defaultThresholds, type Thresholds } from '../../server/domain/policy/thresholds.ts';

const customer = (text: string): PolicyTurn => ({ author: 'customer', text });
const bot = (text: string, more: Partial<PolicyTurn> = {}): PolicyTurn => ({ author: 'bot', text, ...more });
const judged = (turns: readonly PolicyTurn[], thresholds: Partial<Thresholds> = {}) =>
  judge(turns, { ...defaultThresholds, ...thresholds });

const question = customer('Where is my new debit card?');
const answer = bot('Your card is on its way and arrives on Friday.');
const none = { decision: 'none', reason: null, evidence: '' };
const offer = (reason: string) => ({ decision: 'offer', reason });

describe('the handoff policy', () => {
  test('has nothing to say of an ordinary conversation, or of none', () => {
    expect(judged([])).toEqual(none);
    expect(judged([question])).toEqual(none);
    expect(judged([question, answer])).toEqual(none);
    expect(judged([question, answer, customer('Thanks, and how do I block it?')])).toEqual(none);
  });

  test('brings a person now only when the customer asks in words, at the first try', () => {
    expect(judged([customer('I want to talk to a person')])).toEqual({
      decision: 'now',
      reason: 'customer_said',
      evidence: 'I want to talk to a person',
    });
    // What the customer says counts over what the bot did before.
    expect(judged([question, bot('', { outcome: 'failed' }), customer('agent')])).toMatchObject({
      decision: 'now',
    });
    // The bot's own words never do.
    expect(judged([question, bot('I want to talk to a person')])).toEqual(none);
  });

  test('judges the last turn alone: an old request is over', () => {
    expect(judged([customer('agent please'), answer, customer('never mind, thanks')])).toEqual(none);
  });

  test('offers a person where the customer asks whether this is a bot', () => {
    expect(judged([customer('are you a bot?')])).toMatchObject(offer('asked_if_bot'));
  });

  test('offers one when the bot failed, at its turn and at the next of the customer', () => {
    const failed = bot('', { outcome: 'failed' });
    expect(judged([question, failed])).toMatchObject(offer('bot_failed'));
    expect(judged([question, failed, customer('hello?')])).toMatchObject(offer('bot_failed'));
    expect(judged([question, failed], { failedAnswers: 2 })).toEqual(none);
    expect(judged([question, failed, question, failed], { failedAnswers: 2 })).toMatchObject({
      ...offer('bot_failed'),
      evidence: '2 answers failed',
    });
    expect(judged([question, failed], { failedAnswers: 0 })).toEqual(none);
  });

  test('offers none for an answer that the customer cut off', () => {
    expect(judged([question, bot("I don't know", { outcome: 'stopped' })])).toEqual(none);
  });

  test.each([
    "Sorry, I didn't understand that.",
    "I don't know.",
    'Could you please rephrase your question?',
    "I'm sorry, I can't help with that.",
    'Entschuldigung, das habe ich nicht verstanden.',
    'Dabei kann ich Ihnen leider nicht weiterhelfen.',
    "Désolé, je n'ai pas compris.",
    'Pouvez-vous reformuler votre question ?',
    'Lo siento, no te he entendido.',
    '¿Puedes reformular la pregunta?',
    'Desculpe, não entendi.',
    'Não sei responder a isso.',
    'Scusa, non ho capito.',
    'Puoi ripetere, per favore?',
  ])('takes "%s" for no answer', (text) => {
    expect(judged([question, bot(text)])).toMatchObject(offer('bot_unsure'));
  });

  test.each([
    'If you do not know your PIN, you can see it in the app.',
    'You can repeat the payment in the app.',
    'Wenn Sie die Karte nicht finden, sperren Sie sie.',
    'No hay comisión.',
    'Il bonifico non costa nulla.',
  ])('takes "%s" for an answer', (text) => {
    expect(judged([question, bot(text)])).toEqual(none);
  });

  test('offers one when the bot itself says that it does not know', () => {
    expect(judged([question, bot('Hm.', { outcome: 'unknown' })])).toMatchObject(offer('bot_unsure'));
  });

  test('offers one when the bot says the same again, and not for what may be said twice', () => {
    const other = customer('But where is it now?');
    expect(judged([question, answer, other, answer])).toMatchObject(offer('bot_repeated'));
    expect(judged([question, answer, other, answer], { repeatedAnswers: 2 })).toEqual(none);
    const closing = bot('Is there anything else I can help you with?');
    expect(judged([question, closing, other, closing])).toEqual(none);
    expect(judged([question, bot('You are welcome.'), other, bot('You are welcome.')])).toEqual(none);
  });

  test('offers one at the second answer with a thumb down', () => {
    const bad = { isDownvoted: true };
    const first = bot('It costs ten euros a year.', bad);
    expect(judged([question, first])).toEqual(none);
    expect(judged([question, first, customer('no'), bot('You find it in the app.', bad)])).toMatchObject({
      ...offer('downvotes'),
      evidence: '2 answers voted down',
    });
  });

  test('offers one when the customer asks the same in other words', () => {
    const again = customer('my new debit card, where is it');
    expect(judged([question, answer, again])).toMatchObject(offer('customer_rephrased'));
    // Both before any answer: one question in two messages.
    expect(judged([question, again])).toEqual(none);
    for (const text of ['yes', 'no', 'ok', 'the card', 'How do I change my address?']) {
      expect(judged([question, answer, customer(text)]), text).toEqual(none);
    }
    expect(judged([customer('yes'), answer, customer('yes')])).toEqual(none);
  });

  test.each([
    'this bot is useless',
    'I told you already, it is not there!',
    'For the third time: my card is gone',
    'WHERE IS MY MONEY!',
    'Das ist zum dritten Mal die gleiche Antwort',
    'Ce robot ne sert à rien',
    'Ya te lo dije, no sirve para nada',
    'Isso não serve para nada',
    'Questo bot è inutile',
  ])('sees anger in "%s"', (text) => {
    expect(judged([customer(text)])).toMatchObject(offer('anger'));
  });

  test.each([
    'THANK YOU SO MUCH!!',
    'OK!',
    'when was the last time I paid?',
    'how many times can I withdraw money?',
  ])('sees none in "%s"', (text) => {
    expect(judged([customer(text)])).toEqual(none);
  });

  test('offers one after a bot that promised a person nobody knew of', () => {
    const promise = bot("I'll transfer you to one of our agents now.");
    expect(judged([question, promise, customer('ok, I wait')])).toMatchObject({
      ...offer('bot_promised'),
      evidence: "I'll transfer you to one of our agents now",
    });
  });

  test('forgives what is more than eight turns ago', () => {
    const since = Array.from({ length: 8 }, (_, at) =>
      at % 2 === 0 ? customer(`thing ${at}`) : bot(`Fine, ${at}.`),
    );
    expect(judged([question, bot('', { outcome: 'failed' }), ...since])).toEqual(none);
  });

  test('stands any text, and says in at most 200 characters what led to it', async () => {
    const turn = record({
      author: constantFrom('customer' as const, 'bot' as const),
      text: string({ unit: 'binary', maxLength: 400 }),
      outcome: constantFrom('answered' as const, 'unknown' as const, 'failed' as const, 'stopped' as const),
    });
    await assert(
      property(array(turn, { maxLength: 10 }), (turns) => {
        const { decision, reason, evidence } = judged(turns);
        expect(evidence.length).toBeLessThanOrEqual(200);
        expect(reason === null).toBe(decision === 'none');
        if (decision === 'now') expect(reason).toBe('customer_said');
      }),
      { numRuns: 500 },
    );
  });

  test('comes to an end with texts that are made to keep patterns busy', () => {
    const pieces = [
      'a',
      'want ',
      'can i ',
      'agent, ',
      'dont want to ',
      'talk to a real ',
      'our team ',
      'we will ',
    ];
    for (const piece of pieces) {
      const text = piece.repeat(8_000 / piece.length);
      expect(judged([question, bot(text), customer(text)]).evidence.length).toBeLessThanOrEqual(200);
    }
  });
});
