import type { FastifyPluginAsync } from 'fastify';
import type { Static } from 'typebox';
import { CannedDraft, CannedId, CannedList, CannedResponse } from '../../../protocol/canned.ts';
import { Problem } from '../../../protocol/errors.ts';
import { exact } from '../../../protocol/ids.ts';
import { RefusalError } from '../../plugins/errors.ts';
import type { Agent } from '../../store/agents.ts';
import type { CannedProblem } from '../../store/canned.ts';
import { storable } from '../../store/storable.ts';

const problem = { default: Problem };
const common = { tags: ['agent'], security: [{ agent: [] }] };
const Removal = exact({ id: CannedId });
const Change = exact({ id: CannedId, ...CannedDraft.properties });

/** Ready replies: read and kept by the agents of a site. */
export const cannedRoutes: FastifyPluginAsync = async (app) => {
  const { store, identity, limits } = app;

  const caller = async (headers: Parameters<typeof identity.agent>[0], isWrite: boolean): Promise<Agent> => {
    const agent = await identity.agent(headers, { isWrite, may: 'conversations:work' });
    await limits.agent(agent.id);
    return agent;
  };
  /** The draft as it is kept, if its site is one of the agent's own. */
  const changeOf = async (agent: Agent, { site: key, ...draft }: CannedDraft) => {
    const site = await store.sites.byKey(key);
    if (site === null || !agent.siteIds.includes(site.id)) throw new RefusalError('not_found');
    return { ...storable(draft), siteId: site.id, updatedAt: Date.now(), updatedBy: agent.name };
  };
  const kept = (result: CannedResponse | CannedProblem): CannedResponse => {
    if (typeof result === 'string') throw new RefusalError(result);
    return result;
  };

  app.get(
    '/v1/desk/canned',
    {
      schema: {
        ...common,
        summary: 'Canned responses of all own sites',
        response: { 200: CannedList, ...problem },
      },
    },
    async ({ headers }) => ({ canned: await store.canned.all((await caller(headers, false)).siteIds) }),
  );

  app.post<{ Body: CannedDraft }>(
    '/v1/desk/canned/add',
    {
      schema: {
        ...common,
        summary: 'Keep a new canned response',
        body: CannedDraft,
        response: { 200: CannedResponse, ...problem },
      },
    },
    async ({ headers, body }) => {
      const agent = await caller(headers, true);
      return kept(await store.canned.add(await changeOf(agent, body)));
    },
  );

  app.post<{ Body: Static<typeof Change> }>(
    '/v1/desk/canned/change',
    {
      schema: {
        ...common,
        summary: 'Change a canned response; it stays with its site',
        body: Change,
        response: { 200: CannedResponse, ...problem },
      },
    },
    async ({ headers, body: { id, ...draft } }) => {
      const agent = await caller(headers, true);
      return kept(await store.canned.change(id, await changeOf(agent, draft)));
    },
  );

  app.post<{ Body: Static<typeof Removal> }>(
    '/v1/desk/canned/remove',
    { schema: { ...common, summary: 'Delete a canned response', body: Removal, response: problem } },
    async ({ headers, body: { id } }, reply) => {
      const agent = await caller(headers, true);
      if (!(await store.canned.remove(id, agent.siteIds))) throw new RefusalError('not_found');
      return reply.code(204).send();
    },
  );
};
