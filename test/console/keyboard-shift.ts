import type { Keyboard, Page } from 'playwright-core';
import type { Fact } from '../../protocol/conversation.ts';
import type { Site } from '../../server/store/sites.ts';
import type { Store } from '../../server/store/store.ts';
import { connectCustomer } from '../support/clients.ts';
import { type KeyLog, readKeyLog } from './key-log.ts';

/** An agent's shift without a mouse, before a real server: each handoff from the customer's wish to the agent's last key. */
export interface Shift {
  readonly page: Page;
  readonly url: string;
  readonly store: Store;
  readonly site: Site;
  /** Whose keys are pressed, and who is called and passed on to. */
  readonly names: { readonly agent: string; readonly colleague: string };
}

export interface Worked {
  readonly conversationId: string;
  readonly ending: Ending;
  readonly keys: KeyLog;
  /** What has to be in the conversation, in order, in the words of `told`. */
  readonly intended: readonly string[];
}

const greeting = { shortcut: 'hello', title: 'Greeting', text: 'Hello, {{agent.name}} here.', team: null };

/** The canned response that a shift uses. */
export const addGreeting = (store: Store, site: Site) =>
  store.canned.add({ ...greeting, siteId: site.id, updatedAt: Date.now(), updatedBy: 'Operator' });

interface Hands {
  readonly page: Page;
  readonly keyboard: Keyboard;
  readonly names: Shift['names'];
  readonly number: number;
}

/** Presses the keys, waiting only for what an agent would wait to see. @returns what has to come of it */
type Way = (hands: Hands) => Promise<string[]>;

const reply = async ({ page, keyboard, number }: Hands) => {
  const text = `Answer ${number}: the fee is refunded.`;
  await keyboard.type(text);
  await keyboard.press('Enter');
  await page.getByRole('log').getByText(text).waitFor();
  return `message.sent agent ${text}`;
};
const resolve = async ({ keyboard }: Hands, keys: readonly string[]) => {
  await keyboard.press('Escape');
  for (const key of ['e', ...keys]) await keyboard.press(key);
};

const ways = {
  solved: async (hands) => {
    const replied = await reply(hands);
    await resolve(hands, ['2', 'Enter']);
    return [replied, 'conversation.resolved solved wrong_knowledge'];
  },
  unsolved: async (hands) => {
    const replied = await reply(hands);
    await resolve(hands, ['1', 'n']);
    return [replied, 'conversation.resolved unsolved missing_knowledge'];
  },
  canned: async (hands) => {
    const { page, keyboard, names } = hands;
    await keyboard.type('/hel');
    await page.getByRole('option', { name: `/${greeting.shortcut}` }).waitFor();
    await keyboard.press('Enter');
    await keyboard.type(' One moment.');
    await keyboard.press('Enter');
    await page.getByRole('log').getByText('One moment.').waitFor();
    await resolve(hands, ['6', 'Enter']);
    return [
      `message.sent agent Hello, ${names.agent} here. One moment.`,
      'conversation.resolved solved preferred_person',
    ];
  },
  note: async (hands) => {
    const { page, keyboard, names } = hands;
    const replied = await reply(hands);
    await keyboard.press('Escape');
    await keyboard.press('n');
    await keyboard.type(`@${names.colleague.slice(0, 3)}`);
    await page.getByRole('option', { name: names.colleague }).waitFor();
    await keyboard.press('Enter');
    await keyboard.type('the table is old');
    await keyboard.press('Enter');
    await resolve(hands, ['3', 'Enter']);
    return [
      replied,
      `note.added @${names.colleague} the table is old (1 called)`,
      'conversation.resolved solved misunderstood',
    ];
  },
  promised: async (hands) => {
    const { page, keyboard, number } = hands;
    const replied = await reply(hands);
    const promise = `I will check with billing (${number})`;
    await keyboard.press('Escape');
    await keyboard.press('p');
    await keyboard.type(promise);
    await keyboard.press('Enter');
    await page.getByRole('log').getByText(promise).waitFor();
    await page.getByRole('form', { name: 'Promise something' }).waitFor({ state: 'detached' });
    for (const key of ['e', '4', 'Enter']) await keyboard.press(key);
    return [replied, `promise.made follow_up ${promise}`, 'conversation.resolved solved could_not_act'];
  },
  passed: async (hands) => {
    const { page, keyboard, names, number } = hands;
    const replied = await reply(hands);
    await keyboard.press('Escape');
    await keyboard.press('t');
    await page
      .getByRole('option', { name: new RegExp(`^${names.colleague} `) })
      .waitFor({ state: 'attached' });
    await keyboard.type(names.colleague);
    await keyboard.press('Tab');
    await keyboard.type(`For you (${number})`);
    await keyboard.press('Enter');
    await page.getByRole('form', { name: 'Pass on' }).waitFor({ state: 'detached' });
    return [replied, `note.added For you (${number})`, `handoff.transferred ${names.colleague}`];
  },
  handed_back: async (hands) => {
    const { keyboard, number } = hands;
    const replied = await reply(hands);
    await keyboard.press('Escape');
    await keyboard.press('h');
    await keyboard.type(`Refunded by Friday (${number})`);
    // Out of the text, so that a digit is a cause; Enter then hands back.
    for (const key of ['Tab', '4', 'Enter']) await keyboard.press(key);
    return [replied, `handoff.returned Refunded by Friday (${number}) could_not_act`];
  },
  undone: async (hands) => {
    const { page, keyboard } = hands;
    await page.getByText('with you', { exact: true }).waitFor();
    await resolve(hands, ['Enter']);
    await page.getByText('Resolving: solved…').waitFor();
    await keyboard.press('z');
    await keyboard.press('r');
    const replied = await reply(hands);
    await resolve(hands, ['5', 'Enter']);
    return [replied, 'conversation.resolved solved tone'];
  },
} satisfies Record<string, Way>;

export type Ending = keyof typeof ways;
/** Every way in which a handoff ends, in the order of a shift. */
export const endings = Object.keys(ways) as Ending[];

/** A customer asks for a person; the agent takes them with one key, writes, and ends it in this way. */
export async function workHandoff(shift: Shift, number: number, ending: Ending): Promise<Worked> {
  const { page, url, site, names } = shift;
  const customer = await connectCustomer(url, site.key);
  try {
    const { conversationId } = customer;
    const asked = await customer.send('handoff:request', {});
    if (!asked.ok) throw new Error(`the customer could not ask: ${asked.code}`);
    const row = page.locator(`[data-row="${conversationId}"]`);
    await row.waitFor();
    await page.keyboard.press('a');
    await page.locator('textarea:focus').waitFor({ timeout: 10_000 });
    const hands = { page, keyboard: page.keyboard, names, number };
    const intended = await ways[ending](hands);
    const keys = await readKeyLog(page, conversationId);
    return {
      conversationId,
      ending,
      keys,
      intended: ['handoff.requested', `handoff.accepted ${names.agent}`, ...intended],
    };
  } finally {
    customer.close();
  }
}

/** What happened in a conversation, in a word or two each; without what nobody did on purpose. */
export async function told(store: Store, conversationId: string): Promise<string[]> {
  const rows = await store.db
    .selectFrom('facts')
    .select('body')
    .where('conversation_id', '=', conversationId)
    .orderBy('seq')
    .execute();
  return rows
    .map(({ body }) => body)
    .filter(({ type }) => type !== 'conversation.started' && type !== 'queue.told')
    .map(words);
}

function words(fact: Fact): string {
  switch (fact.type) {
    case 'handoff.accepted':
      return `${fact.type} ${fact.agent.name}`;
    case 'message.sent':
      return `${fact.type} ${fact.by.kind} ${fact.text}`;
    case 'note.added':
      return `${fact.type} ${fact.text}${fact.mentions === undefined ? '' : ` (${fact.mentions.length} called)`}`;
    case 'promise.made':
      return `${fact.type} ${fact.kind} ${fact.text}`;
    case 'handoff.transferred':
      return `${fact.type} ${fact.to.kind === 'agent' ? fact.to.agent.name : 'queue'}`;
    case 'handoff.returned':
      return `${fact.type} ${fact.decision} ${fact.cause ?? ''}`;
    case 'conversation.resolved':
      return `${fact.type} ${fact.outcome} ${fact.cause ?? ''}`;
    default:
      return fact.type;
  }
}
