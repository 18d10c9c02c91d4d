import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { Problem, type RefusalCode } from '../../../protocol/errors.ts';
import { exact } from '../../../protocol/ids.ts';
import * as protocol from '../../../protocol/weak-questions.ts';
import { alikeTo } from '../../domain/weak/gathering.ts';
import { actorOf } from '../../plugins/audit-log.ts';
import { RefusalError } from '../../plugins/errors.ts';
import { readCursor } from '../../reads/cursor.ts';
import { inSlices } from '../../retrieval/slices.ts';
import type { Agent } from '../../store/agents.ts';
import { storable } from '../../store/storable.ts';
import type { WeakAct } from '../../store/weak-changes.ts';
import type { QuestionAt } from '../../store/weak-counts.ts';
import { weakCursor } from '../../store/weak-questions.ts';

const problem = { default: Problem };
const common = { tags: ['agent'], security: [{ agent: [] }] };
const byId = exact({ id: protocol.WeakQuestionId });
const mostAlike = 12;

const PageQuery = exact({
  ...protocol.WeakQuestionFilter.properties,
  cursor: Type.Optional(Type.String({ maxLength: 120 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
});
type PageQuery = protocol.WeakQuestionFilter & { cursor?: string; limit?: number };

interface Options {
  readonly isComplete: () => boolean;
  /** Something was changed: those who review are to see it, and those who gave feedback to hear of it. */
  readonly onChanged: (questions: readonly QuestionAt[]) => void;
}

/** Weak answers gathered by question: what leads and product people work through. */
export const questions: FastifyPluginAsync<Options> = async (app, { isComplete, onChanged }) => {
  const { store, identity, limits, auditLog } = app;
  const { weakQuestions, weakChanges } = store;

  const caller = async (request: FastifyRequest, isWrite: boolean): Promise<Agent> => {
    const agent = await identity.agent(request.headers, { isWrite, may: 'feedback:review' });
    await limits.agent(agent.id);
    return agent;
  };
  const reader = async (request: FastifyRequest, id?: string): Promise<Agent> => {
    const agent = await caller(request, false);
    const object = id === undefined ? {} : ({ object: { kind: 'weak_question', id } } as const);
    auditLog.noteRead({
      by: actorOf(agent),
      action: 'weak_question.read',
      siteIds: agent.siteIds,
      ...object,
    });
    return agent;
  };
  const found = <T>(one: T | null): T => {
    if (one === null) throw new RefusalError('not_found');
    return one;
  };

  app.get<{ Querystring: PageQuery }>(
    '/v1/desk/weak-questions',
    {
      schema: {
        ...common,
        summary: 'Questions that the bot answers badly, the greatest harm first',
        querystring: PageQuery,
        response: { 200: protocol.WeakQuestionPage, ...problem },
      },
    },
    async (request) => {
      const { id: agentId, siteIds } = await reader(request);
      const { cursor: text, limit = 30, ...filter } = request.query;
      const cursor = readCursor(text, weakCursor);
      const asked = { siteIds, agentId, now: Date.now(), ...filter };
      return { isReading: !isComplete(), ...(await weakQuestions.page(asked, { cursor, limit })) };
    },
  );

  app.get<{ Params: { id: string } }>(
    '/v1/desk/weak-questions/:id/behind',
    {
      schema: {
        ...common,
        summary: 'One of them with its wordings, weak answers, better answers and sources',
        params: byId,
        response: { 200: protocol.WeakQuestionDetail, ...problem },
      },
    },
    async (request) => {
      const { id } = request.params;
      const { siteIds } = await reader(request, id);
      return found(await weakQuestions.detail(id, siteIds, Date.now()));
    },
  );

  app.get<{ Params: { id: string } }>(
    '/v1/desk/weak-questions/:id/alike',
    {
      schema: {
        ...common,
        summary: 'Others of the same site that may ask the same, most alike first',
        params: byId,
        response: { 200: protocol.AlikeQuestions, ...problem },
      },
    },
    async (request) => {
      const { id } = request.params;
      const { siteIds } = await reader(request, id);
      const { question } = found(await weakQuestions.one(id, siteIds, Date.now()));
      const anchors = await weakQuestions.anchorsBeside(id, question);
      const ids = await inSlices(alikeTo(question, anchors, mostAlike));
      return { items: await weakQuestions.inOrder(ids, siteIds, Date.now()) };
    },
  );

  /** A change, and the question as it is then. */
  const change = <
    B extends { readonly id: string },
    Done extends QuestionAt & { readonly other?: string },
    Answer,
  >(
    path: string,
    summary: string,
    body: object,
    response: object,
    work: (body: B, act: WeakAct) => Promise<Done | RefusalCode>,
    answer: (question: protocol.WeakQuestionRow, done: Done) => Answer,
  ) =>
    app.post(
      `/v1/desk/weak-questions/${path}`,
      { schema: { ...common, summary, body, response: { 200: response, ...problem } } },
      async (request) => {
        const { id, name, siteIds } = await caller(request, true);
        const by = { id, name };
        // Checked against `body`, which is its schema.
        const done = await work(storable(request.body as B), {
          by,
          actor: actorOf(by),
          siteIds,
          at: Date.now(),
        });
        if (typeof done === 'string') throw new RefusalError(done);
        const { siteId, other } = done;
        onChanged([{ id: done.id, siteId }, ...(other === undefined ? [] : [{ id: other, siteId }])]);
        return answer(found(await weakQuestions.one(done.id, siteIds, Date.now())), done);
      },
    );

  const { WeakQuestionRow, WeakMoved } = protocol;
  const asRow = (question: protocol.WeakQuestionRow) => question;
  const steps = [
    ['take', 'Take a question: it is yours to decide'],
    ['release', 'Give a question back that somebody has taken'],
    ['reopen', 'Open a declined question again'],
  ] as const;
  for (const [name, summary] of steps)
    change<protocol.WeakQuestionRef, QuestionAt, protocol.WeakQuestionRow>(
      name,
      summary,
      protocol.WeakQuestionRef,
      WeakQuestionRow,
      ({ id }, act) => weakChanges.act(id, { name, by: act.by }, act),
      asRow,
    );
  change<protocol.WeakDeclining, QuestionAt, protocol.WeakQuestionRow>(
    'decline',
    'Decline a question: nothing is changed, and those who gave feedback on it read why',
    protocol.WeakDeclining,
    WeakQuestionRow,
    ({ id, reason }, act) => weakChanges.act(id, { name: 'decline', by: act.by, reason }, act),
    asRow,
  );
  type Moved = Exclude<Awaited<ReturnType<typeof weakChanges.merge>>, string>;
  const moved = (question: protocol.WeakQuestionRow, { other, wordings }: Moved): protocol.WeakMoved => ({
    question,
    other,
    wordings: [...wordings],
  });
  change<protocol.WeakMerge, Moved, protocol.WeakMoved>(
    'merge',
    'Two questions are one: all wordings of the first become those of the second',
    protocol.WeakMerge,
    WeakMoved,
    ({ id, into }, act) => weakChanges.merge(id, into, act),
    moved,
  );
  change<protocol.WeakSplit, Moved, protocol.WeakMoved>(
    'split',
    'Some wordings are a question of their own, or again the one that was merged into this',
    protocol.WeakSplit,
    WeakMoved,
    ({ id, wordings, back }, act) => weakChanges.split(id, wordings, back ?? null, act),
    moved,
  );
};
