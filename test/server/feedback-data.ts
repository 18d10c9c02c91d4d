import { randomUUID } from 'node:crypto';
import { uuidv7 } from 'uuidv7';
import type { CustomerCommands } from '../../protocol/commands.ts';
import type { FeedbackReason } from '../../protocol/feedback.ts';
import type { Site } from '../../server/store/sites.ts';
import type { TestServer } from '../support/server.ts';

export interface Said {
  readonly question: string;
  readonly answer: string;
  readonly verdict?: 'up' | 'down';
  readonly reasons?: FeedbackReason[];
  readonly comment?: string;
  readonly rating?: number;
  readonly doNotTrain?: boolean;
}

/** Plays a conversation in a site whose bot is in the page, through the engine, and leaves feedback on it. */
export async function leaveFeedback(server: TestServer, site: Site, said: Said): Promise<string> {
  const { engine } = server.app;
  const { customerId } = await server.store.customers.create(site.id);
  const caller = { customer: { id: customerId, siteId: site.id }, site };
  const conversationId = uuidv7();
  const run = <N extends keyof CustomerCommands>(
    name: N,
    body: Omit<CustomerCommands[N], 'cid' | 'conversationId'>,
  ) =>
    engine.forCustomer(caller, name, { cid: randomUUID(), conversationId, ...body } as CustomerCommands[N]);
  const { question, answer, verdict, reasons = [], comment = '', rating, doNotTrain = false } = said;
  await run('message:send', {
    text: question,
    context: { page: { url: 'https://shop.example/a?b=1', title: 'Shop' }, language: 'de' },
  });
  await run('answer:end', {
    turn: 1,
    outcome: 'answered',
    text: answer,
    sources: [{ title: 'Help', url: 'https://h.example' }],
    failure: null,
    handoff: null,
  });
  if (verdict !== undefined) await run('feedback:give', { turn: 1, verdict, reasons, comment, doNotTrain });
  if (rating !== undefined) {
    await run('conversation:resolve', { outcome: 'solved' });
    await run('conversation:rate', { rating, comment });
  }
  return conversationId;
}
