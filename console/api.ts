import type {
  Board,
  Colleagues,
  ConversationPage,
  ConversationSummary,
  Me,
  Mention,
} from '../protocol/agent.ts';
import type { AuditPage } from '../protocol/audit-log.ts';
import type { CannedDraft, CannedList, CannedResponse } from '../protocol/canned.ts';
import type { Accepted, AgentCommandName, AgentCommands, CommandReply } from '../protocol/commands.ts';
import type { CustomerBehind, EraseCustomer } from '../protocol/customer.ts';
import type { Problem, RefusalCode } from '../protocol/errors.ts';
import type { FactsPage } from '../protocol/events.ts';
import type { NotifySetup, NotifyTested, PushDevice } from '../protocol/notifications.ts';
import type { InvitationAccepted, InvitationShown, PeopleList } from '../protocol/people.ts';
import type { PromisePage, PromiseRate } from '../protocol/promise.ts';
import type { SearchPage } from '../protocol/search.ts';
import type { BackupCodes, SignInWays, TwoFactorProof, TwoFactorStarted } from '../protocol/sign-in.ts';
import type { WebhookDeliveries, WebhookList } from '../protocol/webhooks.ts';
import { createReviewApi, type ReviewApi } from './review-api.ts';

/** Why a request did not succeed: a code of the protocol, or `unreachable`. */
export class ApiError extends Error {
  readonly code: RefusalCode | 'unreachable';

  constructor(code: RefusalCode | 'unreachable') {
    super(code);
    this.code = code;
  }
}

export type SignInResult =
  | 'ok'
  | 'code_needed'
  | 'code_late'
  | 'wrong'
  | 'too_many'
  | 'unreachable'
  | 'failed';

/** The HTTP side of the server, as the signed-in agent. Every function throws ApiError, or AbortError if aborted. */
export interface Api extends ReviewApi {
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
  /** How much there is of the customer of this conversation. */
  customerBehind(conversationId: string): Promise<CustomerBehind>;
  /** Erases the customer of this conversation, who has so many. */
  eraseCustomer(order: EraseCustomer): Promise<CustomerBehind>;
  /** Who read and did what. */
  auditLog(query: URLSearchParams, signal: AbortSignal): Promise<AuditPage>;
  /** @param since the beginning of the day that is counted */
  board(since: number, signal: AbortSignal): Promise<Board>;
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
  signInWays(): Promise<SignInWays>;
  signIn(email: string, password: string): Promise<SignInResult>;
  /** The second step: a code of the app, or a backup code. */
  giveCode(code: string): Promise<SignInResult>;
  /** Where the company's own sign-in begins. */
  companySignIn(): Promise<string>;
  invitation(secret: string): Promise<InvitationShown>;
  acceptInvitation(secret: string): Promise<InvitationAccepted>;
  people(): Promise<PeopleList>;
  /** With the body that the protocol declares for it. */
  changePeople<T>(verb: PeopleVerb, body: object): Promise<T>;
  startTwoFactor(password: string): Promise<TwoFactorStarted>;
  confirmTwoFactor(code: string): Promise<void>;
  endTwoFactor(proof: TwoFactorProof): Promise<void>;
  renewCodes(proof: TwoFactorProof): Promise<BackupCodes>;
  signOut(): Promise<void>;
}

export type PeopleVerb = 'invite' | 'invite/again' | 'invite/withdraw' | 'change' | 'remove';
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
  const posted = async <T>(path: string, body: object): Promise<T> => {
    const response = await request(path, asJson(body));
    const answer: T = response.status === 204 ? undefined : await response.json();
    return answer;
  };

  return {
    ...createReviewApi({ json, posted }),
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
    customerBehind: (id) => json(`/v1/desk/conversations/${id}/customer`),
    eraseCustomer: (order) => posted('/v1/desk/customers/erase', order),
    board: (since, signal) => json(`/v1/desk/board?since=${since}`, signal),
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
    auditLog: (query, signal) => json(`/v1/desk/audit-log?${query}`, signal),
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
    signInWays: () => json('/v1/sign-in'),
    async signIn(email, password) {
      const { result, body } = await trySignIn('sign-in/email', { email, password });
      return result === 'ok' && body.twoFactorRedirect === true ? 'code_needed' : result;
    },
    async giveCode(code) {
      const path = code.includes('-') ? 'two-factor/verify-backup-code' : 'two-factor/verify-totp';
      const { result } = await trySignIn(path, { code });
      // The password was given too long ago, or too many codes were wrong.
      return result === 'failed' ? 'code_late' : result;
    },
    async companySignIn() {
      const back = { callbackURL: '/console/', errorCallbackURL: '/console/' };
      const response = await request('/api/auth/sign-in/social', asJson({ provider: 'oidc', ...back }));
      const { url }: { url: string } = await response.json();
      return url;
    },
    invitation: (secret) => posted('/v1/invitations/look', { secret }),
    acceptInvitation: (secret) => posted('/v1/invitations/accept', { secret }),
    people: () => json('/v1/desk/people'),
    changePeople: (verb, body) => posted(`/v1/desk/people/${verb}`, body),
    startTwoFactor: (password) => posted('/v1/desk/two-factor/start', { password }),
    confirmTwoFactor: (code) => posted('/v1/desk/two-factor/confirm', { code }),
    endTwoFactor: (proof) => posted('/v1/desk/two-factor/end', proof),
    renewCodes: (proof) => posted('/v1/desk/two-factor/codes', proof),
    async signOut() {
      await request('/api/auth/sign-out', asJson({}));
    },
  };
}

/** A step of signing in: a refusal is an answer and not thrown. */
async function trySignIn(
  path: string,
  body: object,
): Promise<{ result: SignInResult; body: { twoFactorRedirect?: boolean } }> {
  const response = await fetch(`/api/auth/${path}`, asJson(body)).catch(() => null);
  if (response === null) return { result: 'unreachable', body: {} };
  if (response.ok) return { result: 'ok', body: await response.json() };
  if (response.status === 429) return { result: 'too_many', body: {} };
  return { result: response.status === 401 ? 'wrong' : 'failed', body: {} };
}

/** A proxy in between may answer in words of its own. */
async function codeOf(response: Response): Promise<RefusalCode> {
  if (response.headers.get('content-type')?.includes('json')) {
    const problem: Partial<Problem> = await response.json();
    if (problem.code !== undefined) return problem.code;
  }
  return response.status === 401 ? 'unauthenticated' : 'internal';
}
