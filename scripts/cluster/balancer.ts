import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, request as requestFrom, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** A server process that requests can be passed on to; it listens on 127.0.0.1. */
export interface Backend {
  /** also what the affinity cookie says: letters and digits */
  readonly name: string;
  readonly port: number;
  /** gets what is new */
  readonly isReady: boolean;
  /** finishes what it has */
  readonly isRunning: boolean;
  /** will be stopped soon: whoever went there would have to move once more */
  readonly isRetiring: boolean;
}

export interface Balancer {
  /** @returns the port that it listens on */
  listen(port: number, host: string): Promise<number>;
  /** Takes nothing new; what is under way goes on. */
  refuse(): void;
  /** Ends everything. */
  close(): Promise<void>;
}

/** The process that holds a polling browser's session. */
const affinityCookie = 'handrail_node';
const socketPath = /^\/v1\/socket\/?\?/;
/** Said between two neighbours, not to be passed on. */
const hopByHop = /^(connection|keep-alive|proxy-connection|upgrade|te|trailer|expect)$/i;
/** What a browser must not claim about itself; a proxy of ours in front may. */
const claims = /^(x-forwarded-(host|proto|port)|forwarded)$/i;

/**
 * Passes HTTP and WebSockets on to several server processes. engine.io keeps a session in one process: requests that
 * belong to one are led there by a cookie, and for browsers that keep none (the widget on a foreign site) by the address
 * they come from. Everything else goes to the ready process with the least under way.
 * @param backends read anew for every request
 * @param isBehindProxy whether a proxy of ours stands in front and says what it was asked for
 */
export function createBalancer(backends: () => readonly Backend[], isBehindProxy: boolean): Balancer {
  const underWay = new Map<string, number>();
  const open = new Set<Duplex>();
  const count = (name: string, change: 1 | -1) => underWay.set(name, (underWay.get(name) ?? 0) + change);

  /** Who may answer this request, the best first. */
  function candidatesFor(request: IncomingMessage): Backend[] {
    const all = backends().filter(({ isReady }) => isReady);
    const staying = all.filter(({ isRetiring }) => !isRetiring);
    const ready = staying.length > 0 ? staying : all;
    if (!isSticky(request)) {
      return ready.sort((a, b) => (underWay.get(a.name) ?? 0) - (underWay.get(b.name) ?? 0));
    }
    const known = cookieOf(request);
    const hasSession = parametersOf(request).has('sid');
    const own = backends().find(
      ({ name, isReady, isRunning, isRetiring }) =>
        name === known && ((isReady && !isRetiring) || (hasSession && isRunning)),
    );
    const others = ready.filter((backend) => backend !== own);
    const address = addressOf(request);
    others.sort((a, b) => rank(b.name, address) - rank(a.name, address));
    return own === undefined ? others : [own, ...others];
  }

  /** A process that has just died is passed over: nothing has been sent to it yet. */
  async function reach(request: IncomingMessage): Promise<{ backend: Backend; socket: Socket } | null> {
    for (const backend of candidatesFor(request)) {
      const socket = connect(backend.port, '127.0.0.1');
      const isThere = await new Promise<boolean>((resolve) => {
        socket.once('connect', () => resolve(true));
        socket.once('error', () => resolve(false));
      });
      if (!isThere) continue;
      // what goes wrong later is seen by those who read from it
      socket.on('error', () => socket.destroy());
      count(backend.name, 1);
      socket.once('close', () => count(backend.name, -1));
      return { backend, socket };
    }
    return null;
  }

  function headersFor(request: IncomingMessage, isUpgrade: boolean): string[] {
    const passed: string[] = [];
    const forwardedFor: string[] = [];
    for (let at = 0; at + 1 < request.rawHeaders.length; at += 2) {
      const [name = '', value = ''] = request.rawHeaders.slice(at, at + 2);
      if (/^x-forwarded-for$/i.test(name)) forwardedFor.push(value);
      else if ((isUpgrade || !hopByHop.test(name)) && (isBehindProxy || !claims.test(name)))
        passed.push(name, value);
    }
    forwardedFor.push(request.socket.remoteAddress ?? 'unknown');
    return [...passed, 'X-Forwarded-For', forwardedFor.join(', ')];
  }

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const reached = await reach(request);
    if (reached === null) return refuse(response, 503, 'No server process is ready.');
    const { backend, socket } = reached;
    const onward = requestFrom({
      createConnection: () => socket,
      method: request.method,
      path: request.url,
      headers: [...headersFor(request, false), 'Connection', 'close'],
    });
    // A browser that goes must not leave its request running here.
    response.once('close', () => socket.destroy());
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      onward.once('response', resolve);
      onward.once('error', reject);
    });
    const sent = pipeline(request, onward);
    // An answer may come before all has been sent, and then counts; otherwise `answered` fails as well.
    sent.catch(() => undefined);
    const answer = await answered;
    const headers = answer.rawHeaders.filter(
      (_, at) => !hopByHop.test(answer.rawHeaders[at - (at % 2)] ?? ''),
    );
    if (isHandshake(request)) {
      headers.push(
        'Set-Cookie',
        `${affinityCookie}=${backend.name}; Path=/v1/socket; HttpOnly; SameSite=Lax`,
      );
    }
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage, headers);
    await pipeline(answer, response);
  }

  async function upgrade(request: IncomingMessage, browser: Duplex, head: Buffer): Promise<void> {
    open.add(browser);
    browser.once('close', () => open.delete(browser));
    browser.on('error', () => browser.destroy());
    const reached = await reach(request);
    if (reached === null) {
      browser.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\n\r\n');
      return;
    }
    const { socket } = reached;
    const headers = headersFor(request, true);
    const lines = headers.flatMap((_, at) => (at % 2 === 0 ? [`${headers[at]}: ${headers[at + 1]}`] : []));
    socket.write(`${request.method} ${request.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
    socket.write(head);
    socket.setNoDelay(true);
    // Ends with whichever of the two sides ends first.
    await Promise.race([pipeline(browser, socket), pipeline(socket, browser)]).finally(() => {
      socket.destroy();
      browser.destroy();
    });
  }

  const server = createServer({ keepAliveTimeout: 5_000 }, (request, response) => {
    pass(request, response).catch(() => {
      if (response.headersSent) response.destroy();
      else refuse(response, 502, 'The server process broke off.');
    });
  });
  server.on('upgrade', (request, browser, head) => {
    // Sockets break all the time; both ends see it and come back by themselves.
    upgrade(request, browser, head).catch(() => browser.destroy());
  });

  return {
    listen: (port, host) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          const address = server.address();
          resolve(typeof address === 'object' && address !== null ? address.port : port);
        });
      }),
    refuse: () => void server.close(),
    async close() {
      server.close();
      server.closeAllConnections();
      for (const browser of open) browser.destroy();
    },
  };
}

function refuse(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, { 'content-type': 'text/plain', 'retry-after': '1' });
  response.end(`${why}\n`);
}

const parametersOf = ({ url = '' }: IncomingMessage) => new URLSearchParams(url.slice(url.indexOf('?') + 1));

/** Whether it belongs to an engine.io session, or begins one that goes on in requests of its own. */
function isSticky(request: IncomingMessage): boolean {
  if (!socketPath.test(request.url ?? '')) return false;
  const parameters = parametersOf(request);
  return parameters.has('sid') || parameters.get('transport') === 'polling';
}

const isHandshake = (request: IncomingMessage) => isSticky(request) && !parametersOf(request).has('sid');

function cookieOf({ headers }: IncomingMessage): string | undefined {
  const cookies = (headers.cookie ?? '').split(';').map((cookie) => cookie.trim().split('='));
  return cookies.find(([name]) => name === affinityCookie)?.[1];
}

/** Of the browser itself also behind a proxy: as good as any for telling browsers apart, and for nothing else. */
function addressOf({ headers, socket }: IncomingMessage): string {
  return String(headers['x-forwarded-for'] ?? socket.remoteAddress ?? '');
}

/** Highest-random-weight hashing: a process that goes moves only those that it had. */
function rank(name: string, address: string): number {
  return createHash('sha256').update(`${name} ${address}`).digest().readUInt32BE();
}
