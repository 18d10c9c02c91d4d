import type {
  Board,
  Colleagues,
  ConversationPage,
  ConversationSummary,
  Me,
  Mention,
} from '../protocol/agent.ts';
import type { CannedDraft, CannedList, CannedResponse } from '../protocol/canned.ts';
import type { Accepted, AgentCommandName, AgentCommands, CommandReply } from '../protocol/commands.ts';
import type { Problem, RefusalCode } from '../protocol/errors.ts';
import type { FactsPage } from '../protocol/events.ts';
import type { FeedbackPage } from '../protocol/feedback.ts';
import type { NotifySetup, NotifyTested, PushDevice } from '../protocol/notifications.ts';
import type { PromisePage, PromiseRate } from '../protocol/promise.ts';
import type { SearchPage } from '../protocol/search.ts';
import type { WebhookDeliveries, WebhookList } from '../protocol/webhooks.ts';

/** Why a request did not succeed: a code of the protocol, or `unreachable`. */
export class ApiError extends Error {
  readonly code: RefusalCode | 'unreachable';

  constructor(code: RefusalCode | 'unreachable') {
    super(code);
    this.code = code;
  }
}

export type SignInResult = 'ok' | 'wrong' | 'too_many' | 'unreachable' | 'failed';

/** The HTTP side of the server, as the signed-in agent. Every function throws ApiError, or AbortError if aborted. */
export interface Api {
  me(): Promise<Me>;
  /** The whole desk, as the socket tells it at connect. */
  desk(): Promise<readonly ConversationSummary[]>;
  summary(conversationId: string): Promise<ConversationSummary>;
  facts(conversationId: string, after: number, signal?: AbortSignal): Promise<FactsPage>;
  /** As over the socket, under the same cid: a refusal is an answer and not thrown. */
  command<N extends AgentCommandName>(name: N, body: AgentCommands[N]): Promise<CommandReply>;
  /** Who works at the site of this conversation. */
  colleagues(conversationId: string): Promise<Colleagues>;
  mentions(): Promise<readonly Mention[]>;
  mentionSeen(conversationId: string): Promise<void>;
  canned(): Promise<readonly CannedResponse[]>;
  addCanned(draft: CannedDraft): Promise<CannedResponse>;
  changeCanned(id: string, draft: CannedDraft): Promise<CannedResponse>;
  removeCanned(id: string): Promise<void>;
  search(query: URLSearchParams, signal: AbortSignal): Promise<SearchPage>;
  /** All conversations, the one that was begun last first. */
  all(cursor: string | null, signal: AbortSignal): Promise<ConversationPage>;
  /** Other conversations of the same customer. */
  earlier(conversationId: string, signal: AbortSignal): Promise<readonly ConversationSummary[]>;
  /** @param since the beginning of the day that is counted */
  board(since: number, signal: AbortSignal): Promise<Board>;
  feedback(query: URLSearchParams, signal: AbortSignal): Promise<FeedbackPage>;
  exportFeedback(query: URLSearchParams, signal: AbortSignal): Promise<Response>;
  promises(query: URLSearchParams, signal: AbortSignal): Promise<PromisePage>;
  promiseRate(query: URLSearchParams, signal: AbortSignal): Promise<PromiseRate>;
  notifySetup(): Promise<NotifySetup>;
  saveDevice(device: PushDevice): Promise<void>;
  removeDevice(endpoint: string): Promise<void>;
  testDevice(endpoint: string): Promise<NotifyTested>;
  webhooks(): Promise<WebhookList>;
  webhookDeliveries(id: string, before: number | null): Promise<WebhookDeliveries>;
  /** `add`, `change`, `secret`, `remove`, `replay` or `ping`, with the body that the protocol declares for it. */
  changeWebhooks<T>(verb: WebhookVerb, body: object): Promise<T>;
  setPassword(passwords: { password: string; currentPassword?: string }): Promise<void>;
  signIn(email: string, password: string): Promise<SignInResult>;
  signOut(): Promise<void>;
}

export type WebhookVerb = 'add' | 'change' | 'secret' | 'remove' | 'replay' | 'ping';

/** How long a command may take; nobody knows then whether it was carried out. */
const commandWithinMs = 10_000;

const asJson = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/** @param onSessionLost called when the server no longer knows this session */
export function createApi(onSessionLost: () => void): Api {
  const request = async (path: string, init: RequestInit = {}): Promise<Response> => {
    let response: Response;
    try {
      response = await fetch(path, { ...init, credentials: 'same-origin' });
    } catch (error) {
      if (init.signal?.aborted) throw error;
      throw new ApiError('unreachable');
    }
    if (response.ok) return response;
    if (response.status === 401) onSessionLost();
    throw new ApiError(await codeOf(response));
  };
  const json = async <T>(path: string, signal?: AbortSignal): Promise<T> => {
    const response = await request(path, signal === undefined ? {} : { signal });
    const body: T = await response.json();
    return body;
  };

  const posted = async <T>(path: string, sent: unknown): Promise<T> => {
    const response = await request(path, asJson(sent));
    const body: T = await response.json();
    return body;
  };

  return {
    me: () => json('/v1/desk/me'),
    desk: async () =>
      (await json<{ conversations: ConversationSummary[] }>('/v1/desk/conversations')).conversations,
    summary: (id) => json(`/v1/desk/conversations/${id}`),
    facts: (id, after, signal) => json(`/v1/desk/conversations/${id}/facts?after=${after}`, signal),
    async command(name, body) {
      const response = await fetch(`/v1/desk/commands/${name}`, {
        ...asJson(body),
        credentials: 'same-origin',
        signal: AbortSignal.timeout(commandWithinMs),
      }).catch(() => null);
      if (response?.status === 401) onSessionLost();
      const answer: Accepted | Problem | null = (await response?.json().catch(() => null)) ?? null;
      if (answer !== null && 'ok' in answer) return answer;
      // Nobody was reached, or a proxy in between answers in words of its own.
      if (answer === null || !('code' in answer)) throw new ApiError('unreachable');
      const { code, title: message, retryable, retryAfterMs } = answer;
      return { ok: false, code, message, retryable, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
    },
    colleagues: (id) => json(`/v1/desk/conversations/${id}/colleagues`),
    mentions: async () => (await json<{ mentions: Mention[] }>('/v1/desk/mentions')).mentions,
    async mentionSeen(conversationId) {
      await request('/v1/desk/mentions/seen', asJson({ conversationId }));
    },
    canned: async () => (await json<CannedList>('/v1/desk/canned')).canned,
    addCanned: (draft) => posted('/v1/desk/canned/add', draft),
    changeCanned: (id, draft) => posted('/v1/desk/canned/change', { id, ...draft }),
    async removeCanned(id) {
      await request('/v1/desk/canned/remove', asJson({ id }));
    },
    search: (query, signal) => json(`/v1/desk/search?${query}`, signal),
    all: (cursor, signal) =>
      json(`/v1/desk/conversations/all${cursor === null ? '' : `?cursor=${cursor}`}`, signal),
    earlier: async (id, signal) =>
      (await json<{ conversations: ConversationSummary[] }>(`/v1/desk/conversations/${id}/earlier`, signal))
        .conversations,
    board: (since, signal) => json(`/v1/desk/board?since=${since}`, signal),
    feedback: (query, signal) => json(`/v1/feedback?${query}`, signal),
    exportFeedback: (query, signal) => request(`/v1/feedback/export?${query}`, { signal }),
    promises: (query, signal) => json(`/v1/desk/promises?${query}`, signal),
    promiseRate: (query, signal) => json(`/v1/desk/promises/rate?${query}`, signal),
    notifySetup: () => json('/v1/desk/notifications'),
    async saveDevice(device) {
      await request('/v1/desk/notifications/device', asJson(device));
    },
    async removeDevice(endpoint) {
      await request('/v1/desk/notifications/device/remove', asJson({ endpoint }));
    },
    async testDevice(endpoint) {
      const response = await request('/v1/desk/notifications/test', asJson({ endpoint }));
      const tested: NotifyTested = await response.json();
      return tested;
    },
    webhooks: () => json('/v1/desk/webhooks'),
    webhookDeliveries: (id, before) =>
      json(`/v1/desk/webhooks/${id}/deliveries${before === null ? '' : `?before=${before}`}`),
    async changeWebhooks<T>(verb: WebhookVerb, body: object): Promise<T> {
      const response = await request(`/v1/desk/webhooks/${verb}`, asJson(body));
      const answer: T = response.status === 204 ? (undefined as T) : await response.json();
      return answer;
    },
    async setPassword(passwords) {
      await request('/v1/desk/password', asJson(passwords));
    },
    async signIn(email, password) {
      let response: Response;
      try {
        response = await fetch('/api/auth/sign-in/email', asJson({ email, password }));
      } catch {
        return 'unreachable';
      }
      if (response.ok) return 'ok';
      if (response.status === 429) return 'too_many';
      return response.status < 500 ? 'wrong' : 'failed';
    },
    async signOut() {
      await request('/api/auth/sign-out', asJson({}));
    },
  };
}

/** A proxy in between may answer in words of its own. */
async function codeOf(response: Response): Promise<RefusalCode> {
  if (response.headers.get('content-type')?.includes('json')) {
    const problem: Partial<Problem> = await response.json();
    if (problem.code !== undefined) return problem.code;
  }
  return response.status === 401 ? 'unauthenticated' : 'internal';
}
