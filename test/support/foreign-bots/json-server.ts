import { createServer, type IncomingHttpHeaders } from 'node:http';

export interface JsonRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The body as it came, and as JSON; null without one. */
  readonly raw: string;
  readonly body: Record<string, unknown> | null;
}

/** A status other than 200, headers of its own, or a body that is no JSON. */
export class Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, body: unknown = '', headers: Readonly<Record<string, string>> = {}) {
    this.status = status;
    this.headers = headers;
    this.body = typeof body === 'string' ? body : JSON.stringify(body);
  }
}

export interface JsonServer {
  readonly url: string;
  /** Every request, in order. */
  readonly requests: JsonRequest[];
  close(): Promise<void>;
}

/** A server on a free port that answers every request with what `handle` returns, as JSON. */
export async function startJsonServer(
  handle: (request: JsonRequest) => unknown | Promise<unknown>,
): Promise<JsonServer> {
  const requests: JsonRequest[] = [];
  const server = createServer(async (incoming, response) => {
    let raw = '';
    for await (const part of incoming.setEncoding('utf8')) raw += part;
    const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://bot.example');
    const request = {
      method: incoming.method ?? '',
      path: pathname,
      query: searchParams,
      headers: incoming.headers,
      raw,
      body: raw === '' ? null : JSON.parse(raw),
    };
    requests.push(request);
    const given = await handle(request);
    const { status, body, headers } =
      given instanceof Answer ? given : new Answer(200, JSON.stringify(given ?? {}));
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('not listening');
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
