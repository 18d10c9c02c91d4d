import type { JsonServer } from './json-server.ts';

export interface ApiReply {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly headers: Headers;
}

/** The API that a Chatwoot bot has, for tests that speak for one. */
export function createChatwootApi(url: string, token: string | null) {
  const call = async (method: string, path: string, body?: unknown): Promise<ApiReply> => {
    const response = await fetch(`${url}/api/v1/accounts/1/conversations/${path}`, {
      method,
      headers: {
        ...(token === null ? {} : { api_access_token: token }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? {} : JSON.parse(text), headers: response.headers };
  };
  return {
    call,
    say: (number: number, content: unknown, more: object = {}) =>
      call('POST', `${number}/messages`, { content, message_type: 'outgoing', ...more }),
    toggle: (number: number, body?: object) => call('POST', `${number}/toggle_status`, body),
    read: (number: number) => call('GET', String(number)),
  };
}

/** The number under which a bot was told of the customer's question with this text. */
export function numberIn(bot: JsonServer, text: string): number | null {
  const asked = bot.requests.find(({ body }) => body?.content === text)?.body;
  const { conversation } = Object(asked) as { conversation?: { id?: unknown } };
  return typeof conversation?.id === 'number' ? conversation.id : null;
}
