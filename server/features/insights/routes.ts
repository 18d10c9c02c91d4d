import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import type { AuditDetail } from '../../../protocol/audit-log.ts';
import { Problem } from '../../../protocol/errors.ts';
import {
  Insights,
  InsightsFilter,
  InsightsVisits,
  InsightsVisitsQuery,
  WeakQuestions,
} from '../../../protocol/insights.ts';
import { startOfDay } from '../../domain/hours.ts';
import { type Days, dateOf, daysBefore, daysOf } from '../../domain/insights/days.ts';
import { figuresOf, pieceDays, sliceOf } from '../../domain/insights/figures.ts';
import { actorOf } from '../../plugins/audit-log.ts';
import { RefusalError } from '../../plugins/errors.ts';
import { readCursor } from '../../reads/cursor.ts';
import { rulesFor } from '../../reads/insight-rules.ts';
import { type AskedVisits, visitCursor } from '../../store/insights.ts';
import { type AskedCases, caseCursor } from '../../store/proofs.ts';

const problem = { default: Problem };
const common = { tags: ['agent'], security: [{ agent: [] }] };
const mostWeak = 20;
/** Of a guidance's stretch: a side, and the cases in which this happened. */
const proofFigure = /^proof\.(before|after)(?:\.(down|handed|back))?$/;

/** @param options.isComplete whether past conversations have been read */
export const routes: FastifyPluginAsync<{ isComplete: () => boolean }> = async (app, { isComplete }) => {
  const { store, identity, limits, sites, auditLog } = app;

  /** Who asks, and about which of their visits. */
  const askedBy = async (
    request: FastifyRequest<{ Querystring: InsightsFilter }>,
    detail: AuditDetail = {},
  ): Promise<AskedVisits> => {
    const agent = await identity.agent(request.headers, { isWrite: false, may: 'insights:read' });
    await limits.agent(agent.id);
    const { from, to, site: key, language, topic } = request.query;
    const days = daysOf(from, to);
    if (days === null) throw new RefusalError('invalid', { detail: 'from and to are no range of days' });
    const siteIds =
      key === undefined ? agent.siteIds : agent.siteIds.filter((id) => sites.kept(id)?.key === key);
    auditLog.noteRead({ by: actorOf(agent), action: 'insights.read', siteIds, detail });
    return { siteIds, days, language, topic };
  };

  /** What became of promises made on these days, each site by its own calendar. */
  const keptOf = async (siteIds: readonly string[], { from, to }: Days) => {
    const rates = await Promise.all(
      siteIds.map((id) => {
        const { zone } = rulesFor(sites.kept(id));
        return store.promises.rate([id], startOfDay(zone, from), startOfDay(zone, to + 1));
      }),
    );
    return {
      kept: rates.reduce((sum, { kept }) => sum + kept, 0),
      missed: rates.reduce((sum, { missed }) => sum + missed, 0),
    };
  };

  app.get<{ Querystring: InsightsFilter }>(
    '/v1/desk/insights',
    {
      schema: {
        ...common,
        summary: 'What became of the visits of some days, beside as many days before',
        querystring: InsightsFilter,
        response: { 200: Insights, ...problem },
      },
    },
    async (request): Promise<Insights> => {
      const asked = await askedBy(request);
      const { siteIds, days, language, topic } = asked;
      const before = daysBefore(days);
      const length = pieceDays(days.to - days.from + 1);
      const isWhole = language === undefined && topic === undefined;
      const [now, earlier, pieces, languages, topics, keptNow, keptEarlier] = await Promise.all([
        store.insights.sums(asked),
        store.insights.sums({ ...asked, days: before }),
        store.insights.pieces(asked, length),
        store.insights.slices(asked, 'language'),
        store.insights.slices(asked, 'topic'),
        keptOf(siteIds, days),
        keptOf(siteIds, before),
      ]);
      const byPiece = new Map(pieces.map(({ piece, sums }) => [piece, sums]));
      const count = Math.ceil((days.to - days.from + 1) / length);
      const inOrder = (slices: typeof languages) =>
        slices
          .map(({ key, sums }) => sliceOf(key, sums))
          .sort((one, other) => other.visits - one.visits || one.key.localeCompare(other.key));
      return {
        isReading: !isComplete(),
        before: { from: dateOf(before.from), to: dateOf(before.to) },
        now: figuresOf(now),
        earlier: figuresOf(earlier),
        promises: isWhole ? { now: keptNow, earlier: keptEarlier } : null,
        pieces: {
          days: length,
          counts: Array.from({ length: count }, (_, piece) => {
            const { key: _key, handoffs: _handoffs, ...counts } = sliceOf('', byPiece.get(piece) ?? {});
            return { from: dateOf(days.from + piece * length), ...counts };
          }),
        },
        languages: inOrder(languages),
        topics: inOrder(topics),
        sites: siteIds.flatMap((id) => {
          const site = sites.kept(id);
          return site === null ? [] : [{ key: site.key, title: site.title, zone: rulesFor(site).zone }];
        }),
      };
    },
  );

  app.get<{ Querystring: InsightsFilter }>(
    '/v1/desk/insights/weak',
    {
      schema: {
        ...common,
        summary: 'The questions whose answers did most harm',
        querystring: InsightsFilter,
        response: { 200: WeakQuestions, ...problem },
      },
    },
    async (request) => ({ questions: await store.insights.weak(await askedBy(request), mostWeak) }),
  );

  app.get<{ Querystring: InsightsVisitsQuery }>(
    '/v1/desk/insights/visits',
    {
      schema: {
        ...common,
        summary: 'The visits behind a figure, the one that began last first',
        querystring: InsightsVisitsQuery,
        response: { 200: InsightsVisits, ...problem },
      },
    },
    async (request) => {
      const { figure, question, guidance, stretch, cursor: text, limit = 30 } = request.query;
      const asked = await askedBy(request, { figure });
      const side = proofFigure.exec(figure);
      if (side !== null) {
        if (guidance === undefined || stretch === undefined) {
          throw new RefusalError('invalid', { detail: 'guidance and stretch are missing' });
        }
        const measure = (side[2] ?? null) as AskedCases['measure'];
        const of = { siteIds: asked.siteIds, guidanceId: guidance, stretch, measure };
        const page = { cursor: readCursor(text, caseCursor), limit };
        return store.proofs.cases({ ...of, isAfter: side[1] === 'after' }, page);
      }
      const cursor = readCursor(text, visitCursor);
      return store.insights.visits({ ...asked, figure, question }, { cursor, limit });
    },
  );
};
