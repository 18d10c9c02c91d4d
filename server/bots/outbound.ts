import { type LookupAddress, lookup as resolve } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import { Agent, type Dispatcher, request as send } from 'undici';
import { createAddressRule, hostOf, webUrl } from './addresses.ts';
import { limitedBody } from './body.ts';
import { BotError } from './bot-error.ts';

/** A request to a bot or a webhook. */
export interface OutboundRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
  /** Largest body of the answer, bytes; what comes beyond fails as `too_large`. */
  readonly maxBytes?: number;
}

/**
 * Sends a request to an address that an operator or an admin entered. What goes wrong while the answer's body is read
 * (`text()`, `json()`, `body`) is a BotError, too: `too_large`, or `malformed` when the connection breaks.
 * @throws BotError unreachable, rejected (status other than 2xx, redirects among them, or an address that may not be
 * called); the reason of `signal` when that aborts
 */
export type Outbound = (url: string, request: OutboundRequest) => Promise<Response>;

export interface OutboundSettings {
  /** Addresses that may be called though they are not public: CIDRs, single addresses, or `all`. */
  readonly allowPrivate: readonly string[];
  /** Largest body of an answer, bytes, where a request names none. */
  readonly maxBytes?: number;
  /** Wait before the one try again, ms. */
  readonly retryAfterMs?: number;
  /** Resolves names; only tests have another one. */
  readonly lookup?: typeof resolve;
}

const connectTimeoutMs = 10_000;
/** Well above the longest answer, far below what would hurt. */
const defaultMaxBytes = 1_000_000;

/** Refused before a connection was made: the address is none that may be called. */
class RefusedAddressError extends Error {}

/**
 * The way out to bots and webhooks, guarded against addresses that nobody meant (SSRF).
 *
 * name -> resolved once -> every address checked -> connected to one of these very addresses
 *
 * No redirects, no proxies, no unpacking of packed bodies. Each connection is checked as it is made and then belongs
 * to its origin, so a name that changes its mind later leads nowhere else.
 * A request that never reached the other side is sent once more; one that did, only under an `idempotency-key`.
 */
export function createOutbound(settings: OutboundSettings): Outbound & { close(): Promise<void> } {
  const { allowPrivate, maxBytes = defaultMaxBytes, retryAfterMs = 200, lookup = resolve } = settings;
  const mayCall = createAddressRule(allowPrivate);
  const agent = new Agent({
    // Deadlines are the caller's.
    headersTimeout: 0,
    bodyTimeout: 0,
    allowH2: false,
    connect: { timeout: connectTimeoutMs, lookup: guarded(lookup, mayCall) },
  });

  const call: Outbound = async (address, request) => {
    const url = webUrl(address);
    if (typeof url === 'string') throw new BotError('rejected', `the address ${url}`);
    const host = hostOf(url);
    // Addresses that are written out are never looked up.
    if (isIP(host) !== 0 && !mayCall(host)) throw new BotError('rejected', `${host} may not be called`);
    const { method, headers, body, signal } = request;
    signal.throwIfAborted();
    const again = retry(
      handleWhen((error) => !signal.aborted && mayRepeat(error, headers)),
      {
        maxAttempts: 1,
        backoff: new ExponentialBackoff({ initialDelay: retryAfterMs }),
      },
    );
    let response: Dispatcher.ResponseData;
    try {
      response = await again.execute(
        () =>
          send(url, { dispatcher: agent, method, headers, signal, ...(body === undefined ? {} : { body }) }),
        signal,
      );
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw asBotError(error);
    }
    return checked(response, request.maxBytes ?? maxBytes, signal);
  };
  return Object.assign(call, { close: () => agent.destroy() });
}

/** Looks a name up and gives its addresses to the connection, or none at all if one of them may not be called. */
function guarded(lookup: typeof resolve, mayCall: (address: string) => boolean): LookupFunction {
  return (hostname, options, done) => {
    lookup(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
      const [first] = found ?? [];
      if (error !== null) return done(error, '', 0);
      if (first === undefined) return done(new Error(`${hostname} has no address`), '', 0);
      const refused = found.find(({ address }) => !mayCall(address));
      if (refused !== undefined) {
        return done(
          new RefusedAddressError(`${hostname} leads to ${refused.address}, which may not be called`),
          '',
          0,
        );
      }
      if (options.all === true) return done(null, found);
      done(null, first.address, first.family);
    });
  };
}

/** Errors of connections that were never made: nothing has been said yet, so it may be said again. */
const unconnected = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
]);
/** A kept connection that the other side has just closed, or a server that died over the request. */
const cutOff = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

function mayRepeat(error: unknown, headers: OutboundRequest['headers']): boolean {
  const { code, errors } = Object(error) as { code?: unknown; errors?: unknown[] };
  // Several addresses were tried, and none took it.
  if (errors !== undefined) return errors.every((one) => mayRepeat(one, headers));
  const name = String(code);
  return unconnected.has(name) || (cutOff.has(name) && 'idempotency-key' in headers);
}

function asBotError(error: unknown): BotError {
  if (error instanceof RefusedAddressError) return new BotError('rejected', error.message);
  const { code, message } = Object(error) as { code?: unknown; message?: unknown };
  // A server that talks, but no HTTP.
  const isOther = /^(HPE_|UND_ERR_(HEADERS_OVERFLOW|INVALID|RES))/.test(String(code));
  return new BotError(isOther ? 'malformed' : 'unreachable', String(code ?? message));
}

function checked(
  { statusCode, headers, body }: Dispatcher.ResponseData,
  maxBytes: number,
  signal: AbortSignal,
) {
  const drop = (error: BotError): never => {
    // What is left of the answer is of no use, and its connection neither.
    body.on('error', () => undefined).destroy();
    throw error;
  };
  if (statusCode < 200 || statusCode > 299)
    return drop(new BotError('rejected', `status ${statusCode}`, statusCode));
  const encoding = headers['content-encoding'] ?? 'identity';
  // None was asked for; a small packed body could be a huge one.
  if (encoding !== 'identity') return drop(new BotError('malformed', 'a packed body'));
  if (Number(headers['content-length'] ?? 0) > maxBytes) {
    return drop(new BotError('too_large', `more than ${maxBytes} bytes`));
  }
  const list = Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((one): [string, string] => [name, one]),
  );
  const isEmpty = statusCode === 204 || statusCode === 205;
  if (isEmpty) body.on('error', () => undefined).resume();
  return new Response(isEmpty ? null : limitedBody(body, maxBytes, signal), {
    status: statusCode,
    headers: list,
  });
}
