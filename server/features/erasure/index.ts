import type { FastifyPluginAsync } from 'fastify';
import { CustomerBehind, EraseCustomer } from '../../../protocol/customer.ts';
import { Problem } from '../../../protocol/errors.ts';
import { ConversationId, exact } from '../../../protocol/ids.ts';
import { actorOf } from '../../plugins/audit-log.ts';
import { readable } from '../../reads/facts.ts';

const problem = { default: Problem };
const tags = ['agent'];
const security = [{ agent: [] }];

/** How admins erase a customer who asks for it: first what it is about, then exactly that. */
export const erasure: FastifyPluginAsync = async (app) => {
  const { store, identity, limits, erasures } = app;

  app.get<{ Params: { id: string } }>(
    '/v1/desk/conversations/:id/customer',
    {
      schema: {
        tags,
        security,
        summary: 'How much there is of the customer of this conversation',
        params: exact({ id: ConversationId }),
        response: { 200: CustomerBehind, ...problem },
      },
    },
    async (request) => {
      const agent = await identity.agent(request.headers, { isWrite: false, may: 'customers:erase' });
      await limits.agent(agent.id);
      const { customerId } = await readable(app, { kind: 'agent', agent }, request.params.id);
      return { conversations: await store.erasures.conversationsOf(customerId) };
    },
  );

  app.post<{ Body: EraseCustomer }>(
    '/v1/desk/customers/erase',
    {
      schema: {
        tags,
        security,
        summary: 'Erase the customer of this conversation, with everything they said; for good',
        description:
          'Refused with `customer_has_changed` when the customer has other conversations than `conversations` says.',
        body: EraseCustomer,
        response: { 200: CustomerBehind, ...problem },
      },
    },
    async (request) => {
      const agent = await identity.agent(request.headers, { isWrite: true, may: 'customers:erase' });
      await limits.agent(agent.id);
      const { conversationId, conversations } = request.body;
      const { customerId } = await readable(app, { kind: 'agent', agent }, conversationId);
      return { conversations: await erasures.erase(customerId, conversations, actorOf(agent, request.ip)) };
    },
  );
};
