import { describe, expect, test } from 'vitest';
import { loadArticles } from '../../examples/existing-bot/articles.ts';
import { acceptable } from '../../examples/existing-bot/intents.ts';
import { createReplies, type Line } from '../../examples/existing-bot/replies.ts';

const articles = loadArticles();
const replies = createReplies(articles);
const reply = (text: string, history: readonly Line[] = []) => replies.replyTo(text, history);

describe('what the example bot answers', () => {
  test.each([
    ['The post brought my card this morning, how can I activate it?', 'activate-your-card'],
    ['my new card is two weeks late, where is it?', 'card-delivery'],
    ['Someone nicked my card on the bus!', 'lost-or-stolen-card'],
    ['can i get a second card for my wife', 'extra-cards'],
    ['The shop took the same amount twice', 'charged-twice'],
    ['there is a payment that I do not recognise', 'unknown-card-payment'],
    ['tapping does nothing, contactless seems dead', 'contactless'],
    ['The cash machine swallowed my card', 'card-kept-by-machine'],
    ['entered the wrong pin three times and now it is blocked', 'pin-blocked'],
    ['I have forgotten the passcode of the app', 'passcode-forgotten'],
    ['Where do I look up my PIN?', 'find-your-pin'],
    ['Is my card a Visa?', 'visa-or-mastercard'],
    ['what do you charge for taking cash out in Spain', 'cash-withdrawal-fees'],
    ['I asked the ATM for 200 and it only gave me 120', 'cash-wrong-amount'],
    ['Can I pay in a cheque from my grandmother?', 'cash-or-cheque'],
    ['how much am I allowed to top up per day', 'top-up-limits'],
    ['top up automatically when my balance is low', 'automatic-top-up'],
    ['does it work with Apple Pay', 'phone-wallets'],
    ['how many days does a transfer to Canada take', 'transfer-times'],
    ['my landlord still has not received the rent that I transferred', 'transfer-not-received'],
    ['Please stop a transfer, I typed the wrong account number', 'cancel-transfer'],
    ['which papers do you want to verify my identity', 'verify-your-identity'],
    ['Why on earth do you need to check who I am?', 'why-verify-identity'],
    ['my daughter is 15, may she open an account?', 'age-limit'],
    ['Do you have customers in the United States?', 'countries'],
    ['we moved house, how do I tell you the new address', 'edit-your-details'],
    ['delete my account please', 'close-your-account'],
    ['what is a disposable virtual card good for', 'disposable-cards'],
    ['is there a fee for exchanging dollars to euros', 'exchange-fees'],
    ['the refund from the shoe shop is not there yet', 'refund-not-arrived'],
  ])('%s -> %s', (question, slug) => {
    const { outcome, articles: shown, text } = reply(question);
    expect({ outcome, slug: shown[0]?.slug }).toEqual({ outcome: 'answered', slug });
    expect(text.length).toBeGreaterThan(40);
  });

  test.each([
    'What will the weather be like in Rome tomorrow?',
    'Write me a poem about the sea',
    'How tall is the Eiffel tower',
    'asdf qwer',
    '🙂',
  ])('says honestly that it does not know: %s', (question) => {
    expect(reply(question)).toEqual({
      text: 'I found nothing about that in our help articles. A person on our team can help.',
      articles: [],
      handoff: null,
      outcome: 'unknown',
    });
  });

  test.each([
    'Can I talk to a human please',
    'agent please',
    'I want to speak with a real person!',
    'let me chat with someone from your support team',
    'no more bot, get me a representative',
    'HUMAN',
  ])('hands over when a person is asked for: %s', (question) => {
    expect(reply(question)).toMatchObject({
      handoff: 'The customer asked for a person.',
      outcome: 'answered',
    });
  });

  test.each([
    'Can another person top up my account?',
    'Someone used my card, which agent of yours checks that?',
    'The human resources department of my company pays my salary, does that work?',
    'The person I sent money to has not received it',
  ])('does not hand over only because a person is named: %s', (question) => {
    expect(reply(question).handoff).toBeNull();
  });

  test('says that it is not a person, and offers one', () => {
    for (const question of ['Are you a bot?', 'are you human', 'Am I talking to a real person?']) {
      const { text, handoff } = reply(question);
      expect(text).toContain('not a person');
      expect(text).toContain('Talk to a human');
      expect(handoff).toBeNull();
    }
  });

  test('greets and thanks without looking for an article', () => {
    for (const question of ['Hi there!', 'Good morning', 'thank you so much', 'ok thanks']) {
      expect(reply(question)).toMatchObject({ outcome: 'answered', articles: [] });
    }
  });

  test('understands a follow-up by what was asked before', () => {
    const history: Line[] = [];
    const ask = (text: string) => {
      const answer = reply(text, history);
      history.push({ author: 'customer', text }, { author: 'bot', text: answer.text });
      return answer;
    };
    expect(ask('How do I verify my identity?').articles[0]?.slug).toBe('verify-your-identity');
    const second = ask('and how long does it take?');
    expect(second.articles[0]?.slug).toBe('verify-your-identity');
    expect(second.text).toContain('10 minutes');
    expect(ask('How long does a transfer to Japan take?').articles[0]?.slug).toBe('transfer-times');
    expect(ask('and what does it cost?').articles[0]?.slug).toBe('transfer-fees');
  });

  test('does not say the same twice in a row, but points to a person', () => {
    const first = reply('Where is my refund?');
    const again = reply('Where is my refund??', [
      { author: 'customer', text: 'Where is my refund?' },
      { author: 'bot', text: first.text },
    ]);
    expect(again.outcome).toBe('unknown');
    expect(again.text).toContain('person');
  });

  test('every article has a few ways of asking, a body to quote, and a title that finds it', () => {
    expect(articles.length).toBeGreaterThanOrEqual(40);
    for (const article of articles) {
      expect(article.asks.length, article.slug).toBeGreaterThanOrEqual(3);
      const words = article.body.split(/\s+/).length;
      expect(words, article.slug).toBeGreaterThanOrEqual(70);
      expect(words, article.slug).toBeLessThanOrEqual(200);
      expect(
        reply(article.title).articles.map(({ slug }) => slug),
        article.slug,
      ).toContain(article.slug);
    }
  });

  test('the list of acceptable articles names only articles that exist', () => {
    const slugs = new Set(articles.map(({ slug }) => slug));
    for (const slug of Object.values(acceptable).flat()) expect(slugs).toContain(slug);
  });
});
