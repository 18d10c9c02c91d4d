import { sql } from 'kysely';
import type { FeedbackReason } from '../../protocol/feedback.ts';
import type { CustomerContext } from '../../protocol/message.ts';
import { type BotBehaviour, sse } from '../support/bot.ts';
import { connectCustomer, type TestCustomer } from '../support/clients.ts';
import type { TestServer } from '../support/server.ts';

/** What the made-up card app's bot says, by what the question holds. */
const articles: readonly { about: RegExp; text: string; source: { title: string; url: string } }[] = [
  {
    about: /top(ped)? up|top-up/i,
    text: 'Card top-ups arrive **at once**. Please check that you are looking at the right account:\n\n1. Open **Accounts**.\n2. Choose the account that you topped up.\n3. Pull down to refresh.\n\nIf it still is not there, look under `Pending`.',
    source: { title: 'Top-ups by card', url: 'https://help.northcard.example/top-ups/card' },
  },
  {
    about: /fee|charged/i,
    text: 'Transfers within the euro area are **free**. Other transfers cost:\n\n| To | Fee |\n|---|---|\n| Euro area | €0 |\n| Poland, Czechia | €2.50 |\n| Outside Europe | 0.6 % |\n\nYou see the fee before you confirm.',
    source: { title: 'Transfer fees', url: 'https://help.northcard.example/transfers/fees' },
  },
  {
    about: /address/i,
    text: "To change your address, go to **Profile → Personal details → Address**. We'll ask for a photo of a letter that shows the new one.",
    source: { title: 'Change your address', url: 'https://help.northcard.example/profile/address' },
  },
];

/** Answers from the articles, does not know the rest, breaks when asked about "statement", gives up on "declined". */
export const northcardBot: BotBehaviour = ({ text }, response) => {
  if (/statement/i.test(text)) {
    response.writeHead(500).end();
    return;
  }
  const stream = sse(response);
  if (/slowly/i.test(text)) {
    stream.send('text', { text: 'Refunds usually take **three to five** working days' });
    return;
  }
  const article = articles.find(({ about }) => about.test(text));
  if (/declined/i.test(text)) {
    stream.send('text', { text: 'I cannot see why your card was declined. A person can.' });
    stream.send('handoff', { reason: 'Declined payment abroad: needs a look at the account.' });
    stream.send('end', { outcome: 'unknown' });
  } else if (article === undefined) {
    stream.send('text', { text: "I don't know that. A person will." });
    stream.send('end', { outcome: 'unknown' });
  } else {
    for (const piece of article.text.match(/[\s\S]{1,40}/g) ?? []) stream.send('text', { text: piece });
    stream.send('source', article.source);
    stream.send('end', { outcome: 'answered' });
  }
  stream.end();
};

export interface Scene {
  readonly context?: CustomerContext;
  readonly questions: readonly string[];
  readonly down?: { turn: number; reasons: FeedbackReason[]; comment: string };
  readonly up?: { turn: number };
  /** How the customer comes to a person: by the button, in the words of the last question, or the bot asks itself. */
  readonly asks?: 'customer' | 'words' | 'bot';
}

/** Plays a customer up to the point where they wait. */
export async function play(server: TestServer, siteKey: string, scene: Scene): Promise<TestCustomer> {
  const customer = await connectCustomer(server.url, siteKey);
  const { context } = scene;
  for (const [index, text] of scene.questions.entries()) {
    await customer.send('message:send', { text, ...(context === undefined ? {} : { context }) });
    const isLast = index === scene.questions.length - 1;
    if (scene.asks === 'words' && isLast) continue;
    await customer.until('answer.ended', (fact) => fact.turn === index + 1);
  }
  if (scene.down !== undefined) await customer.send('feedback:give', { ...scene.down, verdict: 'down' });
  if (scene.up !== undefined) {
    await customer.send('feedback:give', { ...scene.up, verdict: 'up', reasons: [], comment: '' });
  }
  if (scene.asks === 'customer') await customer.send('handoff:request', {});
  if (scene.asks !== undefined) {
    await customer.until('handoff.requested');
    // What the queue says a moment later belongs to the same moment.
    await customer.until('queue.told');
  }
  return customer;
}

const appPage = (path: string, title: string) => ({ url: `https://app.northcard.example${path}`, title });

export const topUp: Scene = {
  context: { page: appPage('/top-up/card', 'Top up · Card'), language: 'en-GB' },
  questions: [
    "I topped up €50 by card an hour ago and it still isn't there",
    'My bank says complete but my top-up is not in the balance',
  ],
  down: { turn: 1, reasons: ['wrong'], comment: 'It says complete in my bank, so "at once" is not true' },
  asks: 'customer',
};
export const declined: Scene = {
  context: { page: appPage('/cards', 'Cards'), language: 'en-IE' },
  questions: ["I'm standing at a till in Lisbon and my card is declined again"],
  asks: 'bot',
};
export const deleted: Scene = {
  context: { page: appPage('/login', 'Anmelden'), language: 'de-AT' },
  questions: ['Mein Konto wurde gelöscht, ich möchte mit einem Menschen sprechen'],
  asks: 'words',
};
export const fee: Scene = {
  context: { page: appPage('/transfers/9921', 'Transfer to Kraków'), language: 'en-GB' },
  questions: ["Why was I charged €4? I only sent 200 to my sister's account"],
  down: { turn: 1, reasons: ['outdated', 'not_what_i_asked'], comment: 'The table says 2.50' },
  asks: 'customer',
};
export const address: Scene = {
  context: { page: appPage('/profile', 'Profile'), language: 'en-GB' },
  questions: ['How do I change my address? I moved last week'],
  up: { turn: 1 },
  asks: 'customer',
};
export const statement: Scene = {
  context: { page: appPage('/documents', 'Documents'), language: 'en-GB' },
  questions: ['I need a statement for March for my landlord', 'Is there a fee for a paper copy?'],
  asks: 'customer',
};

/** Makes a conversation older, as if all of it had happened `byMs` earlier. */
export async function age(server: TestServer, conversationId: string, byMs: number): Promise<void> {
  const { db } = server.store;
  await sql`update conversations set waiting_since = waiting_since - ${byMs}::bigint, last_at = last_at - ${byMs}::bigint,
    state = jsonb_set(state, '{since}', to_jsonb((state->>'since')::bigint - ${byMs}::bigint))
    where id = ${conversationId}::uuid`.execute(db);
  await sql`update facts set at = at - ${byMs}::bigint,
    body = jsonb_set(body, '{at}', to_jsonb((body->>'at')::bigint - ${byMs}::bigint))
    where conversation_id = ${conversationId}::uuid`.execute(db);
}
