import { describe, expect, test } from 'vitest';
import type { CustomerTraits } from '../../protocol/customer.ts';
import { harmIn, isVip } from '../../server/domain/harm.ts';
import type { PolicyTurn } from '../../server/domain/policy/judge.ts';
import { defaultPolicy } from '../../server/domain/site-policy.ts';
import { teamFor } from '../../server/domain/topics.ts';
import {
  accept,
  ana,
  ask,
  ben,
  customer,
  decline,
  end,
  offer,
  say,
  stateAfter,
  toQueue,
} from './commands.ts';

const said = (text: string): PolicyTurn => ({ author: 'customer', text });
const answered = (text: string, more: Partial<PolicyTurn> = {}): PolicyTurn => ({
  ...{ author: 'bot', outcome: 'answered', text },
  ...more,
});

describe('who was harmed', () => {
  test.each([
    'This is urgent, my rent is due today',
    'I need this fixed urgently!',
    'urgent: card lost',
    "I can't wait any longer",
    'It is an emergency.',
    'Es ist sehr dringend',
    'Ich brauche dringend Hilfe',
    'Das ist ein Notfall!',
    'C’est urgent, svp',
    'Il faut répondre d’urgence',
    'Es muy urgente',
    'Necesito una respuesta lo antes posible',
    'É urgente, por favor',
    'Preciso disso o mais rápido possível',
    'È davvero urgente',
    'Non posso aspettare',
  ])('says that it cannot wait: %s', (text) => expect(harmIn([said(text)])).toBe('urgent'));

  test.each([
    'It is not urgent at all',
    'No emergency, just a question',
    'Das ist nicht so dringend, es eilt nicht',
    'Rien d’urgent',
    'No es urgente',
    'Non è urgente',
    'Não é urgente',
    'Where is my card?',
  ])('does not: %s', (text) => expect(harmIn([said(text)])).toBeNull());

  test.each([
    'I did what you said and now my card is blocked',
    'I followed your instructions and lost 200 euros',
    'As the bot told me, I cancelled it and now it is gone',
    'Ich habe gemacht, was Sie gesagt haben, und jetzt ist das Geld weg',
    'Wegen Ihrer falschen Auskunft ist die Frist um',
    'J’ai suivi vos instructions et mon compte est bloqué',
    'Hice lo que me dijo y ahora no funciona',
    'Segui as suas instruções e perdi o dinheiro',
    'Ho seguito le vostre istruzioni e adesso è bloccata',
  ])('has acted on an answer: %s', (text) => expect(harmIn([said(text)])).toBe('acted_on_answer'));

  test('was failed again and again: by answers that failed, knew nothing, or were voted down', () => {
    const bad = [
      answered('', { outcome: 'failed' }),
      answered("I don't know.", { outcome: 'unknown' }),
      answered('Five days.', { isDownvoted: true }),
      answered('Sorry, I did not understand that.'),
    ];
    for (const one of bad) {
      expect(harmIn([said('a?'), one])).toBeNull();
      for (const other of bad) expect(harmIn([one, said('b?'), other])).toBe('repeat_failure');
    }
    expect(harmIn([answered('Five days.'), answered('Six days.')])).toBeNull();
  });

  test('a text of any length costs little, and cut or strange ones break nothing', () => {
    for (const text of ['', '\u{1f62d}'.repeat(4_000), `i followed your ${'slow '.repeat(2_000)}`, '\ud800'])
      expect(harmIn([said(text)])).toBeNull();
  });
});

describe('the handoff', () => {
  const urgent = customer({ name: 'message:send', text: 'This is very urgent' });

  test('goes before others for a harm, with the reason', () => {
    expect(stateAfter([urgent, ask])).toMatchObject({ priority: 'high', because: 'urgent' });
    const failed = (turn: number) => end(turn, { outcome: 'failed', text: '', failure: 'timeout' });
    expect(stateAfter([say, failed(1), say, failed(2), ask])).toMatchObject({
      ...{ priority: 'high', because: 'repeat_failure' },
    });
    const calm = stateAfter([say, ask]);
    expect(calm).toMatchObject({ priority: 'normal' });
    expect(calm).not.toHaveProperty('because');
  });

  test('goes before others from the moment on that a waiting customer says so, once', () => {
    expect(stateAfter([say, ask, urgent])).toMatchObject({ priority: 'high', because: 'urgent' });
    const before = stateAfter([say, ask, urgent]).seq;
    expect(stateAfter([say, ask, urgent, say]).seq).toBe(before + 3);
  });

  test('who had a person and is passed to the queue goes before all', () => {
    expect(stateAfter([say, ask, accept(), toQueue])).toMatchObject({ priority: 'first' });
  });

  test('goes to the team of the topic that was spoken of last', () => {
    const topics = [
      { team: 'cards', words: ['card', 'PIN'] },
      { team: 'billing', words: ['refund', 'remboursement'] },
    ];
    const world = { policy: { ...defaultPolicy, topics } };
    expect(stateAfter([say, ask], world)).toMatchObject({ status: 'waiting', team: 'cards' });
    expect(teamFor([said('My card is lost'), said('And my refunds?')], topics)).toBe('billing');
    expect(teamFor([said('Où est mon Remboursement')], topics)).toBe('billing');
    expect(teamFor([said('I am spinning'), answered('A card?')], topics)).toBeNull();
    expect(teamFor([said('My card is lost')], [])).toBeNull();
    const scripts = [
      { team: 'returns', words: ['возврат', '退款', '—'] },
      { team: 'shipping', words: ['parcel'] },
    ];
    expect(teamFor([said('Where is my parcel?')], scripts)).toBe('shipping');
    expect(teamFor([said('Где мой Возврат?')], scripts)).toBe('returns');
    expect(teamFor([said('我要退款')], scripts)).toBe('returns');
  });
});

test('an offer is declined by the one to whom it is made, and by nobody else', () => {
  expect(stateAfter([ask, offer(ana, 10), decline(ana)])).toMatchObject({ offer: null, passedBy: [ana.id] });
  expect(() => stateAfter([ask, offer(ana, 10), decline(ben)])).toThrow('not_offered');
  expect(() => stateAfter([ask, offer(ana, 10), { wait: 10 }, decline(ana)])).toThrow('not_offered');
  expect(() => stateAfter([ask, decline(ana)])).toThrow('not_offered');
  expect(() => stateAfter([say, decline(ana)])).toThrow('not_waiting');
});

describe('whom the site wants first', () => {
  const first = [
    { trait: 'plan', value: 'enterprise' },
    { trait: 'isPartner', value: 'true' },
  ];
  test.each<CustomerTraits>([{ plan: 'enterprise' }, { plan: 'free', isPartner: true }])('is %o', (traits) =>
    expect(isVip(traits, first)).toBe(true),
  );
  test.each<CustomerTraits>([{}, { plan: 'Enterprise' }, { isPartner: false }, { seats: 5 }])(
    'is not %o',
    (traits) => expect(isVip(traits, first)).toBe(false),
  );
  test('is nobody by a trait that was not given', () =>
    expect(isVip({}, [{ trait: 'constructor', value: String(Object) }])).toBe(false));
});
