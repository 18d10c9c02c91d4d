import type { CommandReply } from '../../protocol/commands.ts';
import type { Problem, Refusal } from '../../protocol/errors.ts';
import type { FactsPage } from '../../protocol/events.ts';
import type { Reachability } from '../../protocol/handoff.ts';
import type { Continued, Identified, NewSession, SiteInfo } from '../../protocol/session.ts';
import type { Entry } from './outbox-rules.ts';

/** Not now: the server was not reached, or asked to come back. */
export class Later extends Error {
  readonly afterMs: number;

  constructor(afterMs = 0) {
    super('try again later');
    this.afterMs = afterMs;
  }
}

export type Reply<T> = T | Refusal;

/** The server over plain HTTP. Every method throws Later when nothing that is the server's came back. */
export interface Http {
  readonly server: string;
  readonly siteKey: string;
  site(): Promise<Reply<SiteInfo>>;
  /** For the conversation of a customer, if there is one. */
  reachability(token: string | null, conversationId: string): Promise<Reply<Reachability>>;
  newSession(identity?: string): Promise<Reply<NewSession>>;
  identify(token: string, identity: string): Promise<Reply<Identified>>;
  /** Opens the link of an e-mail; who this browser is already, if it is somebody, is told. */
  openLink(token: string | null, link: string): Promise<Reply<Continued>>;
  facts(token: string, conversationId: string, after: number): Promise<FactsPage | Refusal>;
  command(token: string, entry: Entry): Promise<CommandReply>;
}

export const isRefusal = (reply: object | string): reply is Refusal => (reply as Refusal).ok === false;

/** The command as it goes over the wire, by socket and by HTTP alike. */
export const bodyOf = ({ cid, conversationId, body }: Entry) => ({ cid, conversationId, ...body });

const isProblem = (body: object | null): body is Problem =>
  body !== null && 'code' in body && 'retryable' in body;

export interface HttpOptions {
  readonly server: string;
  readonly siteKey: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  fetch(url: string, init: RequestInit): Promise<Response>;
  onReached(isReached: boolean): void;
  onRefused(refusal: Refusal): void;
}

export function createHttp(options: HttpOptions): Http {
  const { server, siteKey, timeoutMs, signal, onReached, onRefused } = options;

  const request = async <T extends object>(
    path: string,
    token: string | null,
    body?: object,
  ): Promise<Reply<T>> => {
    const headers = {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    let reply: Response;
    let read: T | Problem;
    try {
      reply = await options.fetch(`${server}/v1/${path}`, {
        ...sent,
        headers,
        credentials: 'omit',
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
      read = await reply.json();
      // A proxy's own JSON is not the server's word.
      if (!reply.ok && !isProblem(read)) throw new Later();
    } catch {
      // No network, a timeout, or a proxy's page instead of the server's answer.
      if (!signal.aborted) onReached(false);
      throw new Later();
    }
    onReached(true);
    if (!isProblem(read)) return read;
    const { code, title, retryable, retryAfterMs } = read;
    const refusal: Refusal = {
      ok: false,
      code,
      message: title,
      retryable,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    };
    onRefused(refusal);
    return refusal;
  };

  return {
    server,
    siteKey,
    site: () => request(`sites/${encodeURIComponent(siteKey)}`, null),
    reachability: (token, id) =>
      request(
        `sites/${encodeURIComponent(siteKey)}/reachability${token ? `?conversation=${id}` : ''}`,
        token,
      ),
    newSession: (identity) => request('sessions', null, { site: siteKey, identity }),
    identify: (token, identity) => request('sessions/identity', token, { identity }),
    openLink: (token, link) => request('sessions/continue', token, { site: siteKey, token: link }),
    facts: (token, id, after) => request(`conversations/${id}/facts?after=${after}`, token),
    command: (token, entry) => request(`commands/${entry.name}`, token, bodyOf(entry)),
  };
}

/** What was asked for. @throws Later if it was refused: a final refusal has been noted elsewhere */
export function orLater<T extends object>(reply: Reply<T>): T {
  if (isRefusal(reply)) throw new Later(reply.retryAfterMs);
  return reply;
}
