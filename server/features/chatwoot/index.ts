import { hash, timingSafeEqual } from 'node:crypto';
import type { FastifyError, FastifyPluginAsync, FastifyRequest } from 'fastify';
import { refusals } from '../../../protocol/errors.ts';
import type { ChatwootStatus } from '../../bots/chatwoot.ts';
import { RefusalError, toRefusal } from '../../plugins/errors.ts';
import { checkOf } from '../../plugins/validation.ts';
import { conversationOfNumber, type NumberedConversation } from '../../store/conversation-numbers.ts';
import type { Site } from '../../store/sites.ts';
import { saidBy } from './said.ts';
import { isPrivate, MessageBody, messageJson, Place, StatusBody } from './shapes.ts';

const checkStatus = checkOf(StatusBody);

/**
 * The part of Chatwoot's API that its bots use, so that a bot written for Chatwoot answers here unchanged. Called by
 * servers, not by browsers: no CORS. Every call stands for itself, so any node can take it: nothing of the turn that
 * the bot answers needs to be known here. One voice is the domain's: what comes after a takeover is refused.
 */
export const chatwoot: FastifyPluginAsync = async (app) => {
  const { store, sites, engine, limits } = app;
  const callers = new WeakMap<FastifyRequest, Site>();

  const siteOf = (request: FastifyRequest): Site => {
    const site = callers.get(request);
    if (site === undefined) throw new RefusalError('unauthenticated');
    return site;
  };

  /** Somebody else's conversation looks like one that is not there. */
  const conversationOf = async (
    request: FastifyRequest,
    { number }: Place,
  ): Promise<NumberedConversation> => {
    const conversation = await conversationOfNumber(store.db, siteOf(request).id, number);
    if (conversation === null) throw new RefusalError('not_found');
    return conversation;
  };

  // Before the body is read: a stranger's is not looked at.
  app.addHook('onRequest', async (request) => {
    const { api_access_token: token } = request.headers;
    const found: Site[] = [];
    await sites.some((site) => isTokenOf(site, token) && found.push(site) > 0);
    const [site] = found;
    if (site === undefined) throw new RefusalError('unauthenticated');
    await limits.agent(`chatwoot:${site.id}`);
    callers.set(request, site);
  });

  app.setErrorHandler((error: FastifyError | RefusalError, request, reply) => {
    const status = error instanceof RefusalError ? refusals[error.code].status : (error.statusCode ?? 500);
    // What a bot sent wrong is 422 in Chatwoot.
    if (status === 400 || status === 415) {
      const message = (error instanceof RefusalError ? error.detail : undefined) ?? error.message;
      return reply.code(422).send({ error: message, message, code: 'invalid' });
    }
    if (status >= 500) request.log.error({ err: error }, 'request of a bot failed');
    const { code, message, retryAfterMs } = toRefusal(status === 413 ? new RefusalError('too_large') : error);
    if (retryAfterMs !== undefined) reply.header('retry-after', Math.ceil(retryAfterMs / 1_000));
    return reply.code(refusals[code].status).send({ error: message, code });
  });

  const place = '/api/v1/accounts/:accountId/conversations/:number';
  const schema = { hide: true, params: Place } as const;

  app.post<{ Params: Place; Body: MessageBody }>(
    `${place}/messages`,
    { schema: { ...schema, body: MessageBody } },
    async (request) => {
      const { params, body } = request;
      const { id } = await conversationOf(request, params);
      // Notes are for people, and people write their own here: taken politely, and kept nowhere.
      if (isPrivate(body)) return messageJson(params, body, 0);
      // Nobody but the customer speaks for the customer.
      if (body.message_type === 'incoming' || body.message_type === 0) {
        throw new RefusalError('invalid', { detail: 'message_type must be outgoing' });
      }
      const said = saidBy(body);
      if (said === null) throw new RefusalError('invalid', { detail: 'content is empty' });
      const { seq } = await engine.forServer(id, said);
      return messageJson(params, body, seq);
    },
  );

  app.post<{ Params: Place; Body: StatusBody | null }>(
    `${place}/toggle_status`,
    { schema },
    async (request) => {
      const { params } = request;
      const body = checkStatus(request.body ?? {});
      const { id, status } = await conversationOf(request, params);
      const now = statusOf(status);
      // Chatwoot's own rule for a call without a status: from the bot to people.
      const wanted = body.status ?? (now === 'open' ? 'resolved' : 'open');
      if (wanted === now) return statusJson(params, now, true);
      if (wanted === 'open') {
        await engine.forServer(id, { name: 'bot:handoff', reason: body.reason ?? '' }).catch(ifAlreadyAsked);
        return statusJson(params, 'open', true);
      }
      // People's conversations are theirs: a bot neither takes them back nor closes them.
      if (now !== 'pending') throw new RefusalError('not_bots_turn');
      // Whether all is solved is for the customer to say; the conversation stays where it is.
      return statusJson(params, now, false);
    },
  );

  app.post<{ Params: Place }>(`${place}/toggle_typing_status`, { schema }, async (request) => {
    await conversationOf(request, request.params);
    // That the bot is at work the customer knows from the turn itself.
    return {};
  });

  app.get<{ Params: Place }>(place, { schema }, async (request) => {
    const { accountId, number } = request.params;
    const { status } = await conversationOf(request, request.params);
    return {
      id: number,
      account_id: accountId,
      inbox_id: 1,
      status: statusOf(status),
      can_reply: status === 'bot' || status === 'waiting',
      messages: [],
      meta: { channel: 'Channel::WebWidget', assignee: null },
    };
  });
};

/** Compared as hashes, in a time that tells nothing of how much of a guess was right. */
function isTokenOf({ bot }: Site, token: unknown): boolean {
  if (bot.kind !== 'chatwoot' || bot.token === '' || typeof token !== 'string') return false;
  return timingSafeEqual(hash('sha256', bot.token, 'buffer'), hash('sha256', token, 'buffer'));
}

/** Who waits for a person and who has one are both "open" in Chatwoot. */
const statusOf = (status: NumberedConversation['status']): ChatwootStatus =>
  status === 'bot' ? 'pending' : status === 'resolved' ? 'resolved' : 'open';

const statusJson = ({ number }: Place, current: ChatwootStatus, success: boolean) => ({
  meta: {},
  payload: { success, current_status: current, conversation_id: number },
});

/** That the customer has asked for a person themselves meanwhile, or the bot twice, is as it wanted it. */
function ifAlreadyAsked(error: unknown): void {
  if (!(error instanceof RefusalError) || error.code !== 'already_waiting') throw error;
}
