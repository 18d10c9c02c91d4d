import type { ConversationSummary, Me } from '../protocol/agent.ts';
import type { Problem, RefusalCode } from '../protocol/errors.ts';
import type { FactsPage } from '../protocol/events.ts';
import type { FeedbackPage } from '../protocol/feedback.ts';

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
  summary(conversationId: string): Promise<ConversationSummary>;
  facts(conversationId: string, after: number, signal?: AbortSignal): Promise<FactsPage>;
  feedback(query: URLSearchParams, signal: AbortSignal): Promise<FeedbackPage>;
  exportFeedback(query: URLSearchParams, signal: AbortSignal): Promise<Response>;
  setPassword(passwords: { password: string; currentPassword?: string }): Promise<void>;
  signIn(email: string, password: string): Promise<SignInResult>;
  signOut(): Promise<void>;
}

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

  return {
    me: () => json('/v1/desk/me'),
    summary: (id) => json(`/v1/desk/conversations/${id}`),
    facts: (id, after, signal) => json(`/v1/desk/conversations/${id}/facts?after=${after}`, signal),
    feedback: (query, signal) => json(`/v1/feedback?${query}`, signal),
    exportFeedback: (query, signal) => request(`/v1/feedback/export?${query}`, { signal }),
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
