import type { FastifyPluginAsync } from 'fastify';
import { type Static, Type } from 'typebox';
import { Colleagues, Mention } from '../../../protocol/agent.ts';
import { Problem } from '../../../protocol/errors.ts';
import { ConversationId, exact } from '../../../protocol/ids.ts';
import { RefusalError } from '../../plugins/errors.ts';
import { rooms } from '../../plugins/realtime.ts';
import { readable } from '../../reads/facts.ts';

const problem = { default: Problem };
const Seen = exact({ conversationId: ConversationId });
const common = { tags: ['agent'], security: [{ agent: [] }] };

/** Who else works here, and how colleagues call each other: mentions in notes. */
export const colleagueRoutes: FastifyPluginAsync = async (app) => {
  const { store, identity, limits, sites, realtime, bus } = app;

  app.get<{ Params: { id: string } }>(
    '/v1/desk/conversations/:id/colleagues',
    {
      schema: {
        ...common,
        summary: 'Who works at the site of a conversation, with their presence and load',
        params: exact({ id: ConversationId }),
        response: { 200: Colleagues, ...problem },
      },
    },
    async ({ headers, params }) => {
      const agent = await identity.agent(headers, { isWrite: false, may: 'conversations:work' });
      await limits.agent(agent.id);
      const { siteId } = await readable(app, { kind: 'agent', agent }, params.id);
      const [site, agents] = await Promise.all([sites.byId(siteId), store.colleagues.of(siteId, Date.now())]);
      if (site === null) throw new RefusalError('not_found');
      const teams = [...new Set(agents.flatMap((one) => one.teams))].sort();
      return { site: { key: site.key, name: site.title }, agents, teams };
    },
  );

  app.get(
    '/v1/desk/mentions',
    {
      schema: {
        ...common,
        summary: 'Notes that name the caller, until they open the conversation; newest first',
        response: { 200: exact({ mentions: Type.Array(Mention) }), ...problem },
      },
    },
    async ({ headers }) => {
      const { id, siteIds } = await identity.agent(headers, { isWrite: false, may: 'conversations:work' });
      await limits.agent(id);
      return { mentions: await store.mentions.of(id, siteIds) };
    },
  );

  app.post<{ Body: Static<typeof Seen> }>(
    '/v1/desk/mentions/seen',
    {
      schema: {
        ...common,
        summary: 'The caller has opened this conversation',
        body: Seen,
        response: problem,
      },
    },
    async ({ headers, body: { conversationId } }, reply) => {
      const agent = await identity.agent(headers, { isWrite: true, may: 'conversations:work' });
      const { id } = agent;
      await limits.agent(id);
      await readable(app, { kind: 'agent', agent }, conversationId);
      if (await store.mentions.clear(id, conversationId)) {
        realtime.desk.to(rooms.agent(id)).emit('mention:seen', { conversationId });
      }
      return reply.code(204).send();
    },
  );

  bus.on('committed', ({ conversation, facts }) => {
    for (const fact of facts) {
      if (fact.type !== 'note.added' || fact.by.kind !== 'agent') continue;
      const { by, at, text } = fact;
      const mention = { conversationId: conversation.id, by: by.name, text: text.slice(0, 200), at };
      for (const agentId of fact.mentions ?? []) {
        if (agentId !== by.id) realtime.desk.to(rooms.agent(agentId)).emit('mentioned', mention);
      }
    }
  });
};
