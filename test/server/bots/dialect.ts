import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { test } from 'vitest';
import type { BotTurn } from '../../../protocol/bot.ts';
import type { Source } from '../../../protocol/message.ts';
import type { CalledBot } from '../../../server/bots/create.ts';
import type { BotSession } from '../../../server/bots/surroundings.ts';

/** What a bot wants to say, in no dialect. */
export interface Said {
  readonly text?: string;
  readonly sources?: readonly Source[];
  readonly quickReplies?: readonly string[];
  /** The reason for a person; what is said along with it may be empty. */
  readonly handoff?: string;
  /** It does not know. */
  readonly isUnknown?: true;
}

/** One request to the fake bot. */
export interface Exchange {
  readonly request: IncomingMessage;
  /** Its body as it came; '' if it has none. */
  readonly body: string;
  readonly response: ServerResponse;
}

/**
 * What a dialect may have no way to express. `answer`: it does not answer where it is asked; `longAddress`: a source
 * with an address that is too long is more than a source to leave out.
 */
export type Point = 'answer' | 'stream' | 'sources' | 'longAddress' | 'quickReplies' | 'unknown' | 'history';

/** A fake bot's dialect, and what it can say at all. */
export interface Dialect {
  readonly name: string;
  /** How a site names its bot, for a fake bot at this origin (no slash at the end). */
  siteBot(origin: string): CalledBot;
  /** Answers every request that a bot of this kind gets when it wants to say this. */
  answer(said: Said, exchange: Exchange): void | Promise<void>;
  /** Whether a request is the one that carries the customer's question; left out: each is. */
  isQuestion?(exchange: Exchange): boolean;
  /** Content type of its answers. */
  readonly contentType: string;
  /** What it has no way to express, and why: one line each. What is not named here is tested. */
  readonly cannot: Readonly<Partial<Record<Point, string>>>;
  /** Answers that are none in this dialect, besides what is none in any. Body and what it must end as. */
  readonly malformed?: readonly (readonly [name: string, body: string])[];
}

/** What a dialect cannot express is no test of it at all: nothing is skipped that could be shown. */
const none = Object.assign(() => undefined, { each: () => () => undefined });
// Only called as `test(...)` and `test.each(...)(...)`, which both have.
export const testIf = (can: boolean) => (can ? test : (none as unknown as typeof test));

export const conversation = '0198c0de-0000-7000-8000-000000000001';

/** A turn with history and the note of a person who handed back. */
export const turnOf = (more: Partial<BotTurn> = {}): BotTurn => ({
  version: 1,
  site: 'pk_test',
  conversation,
  turn: 3,
  text: 'Where is my card?',
  history: [
    { author: 'customer', text: 'Hello there', at: 1_764_000_000_000 },
    { author: 'bot', text: 'How may I help?', at: 1_764_000_001_000 },
  ],
  customer: { id: '0198c0de-0000-7000-8000-000000000002' },
  ...more,
});

export const handback = { agent: 'Ana Example', decision: 'Refund of 12.50 granted.', at: 1_764_000_002_000 };

export const hint = {
  guidance: '0198c0de-0000-4000-8000-000000000003',
  version: 2,
  text: 'Cards take "five" days,\nand not three <b>.',
};

/** What an adapter remembers, kept in memory. */
export function createMemorySession(): BotSession {
  const sessions = new Map<string, Record<string, unknown>>();
  const numbers = new Map<string, number>();
  return {
    read: async (id) => sessions.get(id) ?? {},
    write: async (id, data) => void sessions.set(id, data),
    async numberOf(id) {
      const number = numbers.get(id) ?? numbers.size + 1;
      numbers.set(id, number);
      return number;
    },
  };
}

export interface FakeBot {
  readonly origin: string;
  /** Bodies of all requests, in order. */
  readonly bodies: string[];
  /** What it was asked at all: method and path. */
  readonly asked: string[];
  /** Done when a request has been closed before it was answered. */
  readonly closed: Promise<void>;
  close(): Promise<void>;
}

/** A server on a free port that lets `answer` deal with every request. */
export async function startFakeBot(answer: (exchange: Exchange) => void | Promise<void>): Promise<FakeBot> {
  const bodies: string[] = [];
  const asked: string[] = [];
  const closed = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    response.once('close', () => {
      if (!response.writableFinished) closed.resolve();
    });
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts).toString('utf8');
      bodies.push(body);
      asked.push(`${request.method} ${request.url}`);
      void answer({ request, body, response });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    origin: `http://127.0.0.1:${port}`,
    bodies,
    asked,
    closed: closed.promise,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Every string that a JSON value holds, at any depth. */
export function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}

/** The strings of JSON that stands at the end of a paragraph: how a model is given data. */
export function jsonIn(text: string): string[] {
  return text.split('\n\n').flatMap((part) => {
    const [, json] = /\(JSON\): (\{.*\})$/s.exec(part) ?? [];
    return json === undefined ? [] : stringsIn(JSON.parse(json));
  });
}

/** From now on the response goes out in pieces of so many bytes, each in a packet of its own. */
export function cutInto(size: number, response: ServerResponse): void {
  const [write, end] = [response.write.bind(response), response.end.bind(response)];
  const parts: Buffer[] = [];
  const keep = (part?: unknown) => {
    if (typeof part === 'string' || part instanceof Uint8Array) parts.push(Buffer.from(part as string));
  };
  const send = async () => {
    const bytes = Buffer.concat(parts);
    for (let from = 0; from < bytes.length; from += size) {
      await new Promise((resolve) => write(bytes.subarray(from, from + size), resolve));
      // The reader is in this very process: it has its turn before the next piece comes.
      for (let turns = 0; turns < 3; turns++) await new Promise(setImmediate);
    }
    end();
  };
  response.write = (part: unknown) => {
    keep(part);
    return true;
  };
  response.end = (part?: unknown) => {
    keep(part);
    void send();
    return response;
  };
}
