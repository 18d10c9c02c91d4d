import type { Site } from '../../server/store/sites.ts';
import { connectAgent, type TestCustomer } from '../support/clients.ts';
import type { TestServer } from '../support/server.ts';
import { address, age, declined, deleted, fee, play, statement, topUp } from './northcard.ts';

/**
 * A morning at Northcard: some wait, some are with a person, some are done.
 * @param open what is to be closed after the test
 */
export async function morning(server: TestServer, site: Site, open: { close(): unknown }[]) {
  const waitingFor = async (scene: Parameters<typeof play>[2], seconds: number): Promise<TestCustomer> => {
    const customer = await play(server, site.key, scene);
    open.push(customer);
    await age(server, customer.conversationId, seconds * 1_000);
    return customer;
  };
  const [mine, bens, done] = [
    await waitingFor(topUp, 760),
    await waitingFor(address, 900),
    await waitingFor(fee, 3_000),
  ];
  await waitingFor(declined, 372);
  await waitingFor({ ...fee, questions: ['Why was I charged €4? That is not what the table says'] }, 200);
  await waitingFor(deleted, 48);
  await waitingFor(statement, 20);
  const ben = await server.addAgent(site, 'Ben');
  const desk = await connectAgent(server.url, ben.cookie);
  open.push(desk);
  await desk.send('note:add', mine.conversationId, {
    text: 'Third one today with this bank: tell the product team.',
  });
  for (const { conversationId } of [bens, done]) await desk.send('handoff:accept', conversationId, {});
  await desk.send('message:send', bens.conversationId, { text: "I've updated it, you'll get a mail." });
  await desk.send('message:send', done.conversationId, {
    text: 'You are right, the table is old. I paid €1.50 back.',
  });
  await desk.send('conversation:resolve', done.conversationId, { outcome: 'solved' });
  await done.send('conversation:rate', { rating: 4, comment: 'Quick once I had a person' });
  return { mine, bens, done };
}
