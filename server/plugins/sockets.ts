import type { FastifyInstance } from 'fastify';
import type { Static, TSchema } from 'typebox';
import type { Refusal } from '../../protocol/errors.ts';
import { isOurFault, RefusalError, toRefusal } from './errors.ts';
import { checkOf } from './validation.ts';

interface Listening {
  onAny(listener: (event: string, ...args: unknown[]) => void): unknown;
}

/** What sockets of one kind may send. Declared once for all of them: thousands of idle ones hold one listener each. */
export interface Listener<S> {
  /**
   * Answers a question: body checked, errors turned into refusals, always exactly one answer.
   * An exception in a socket handler would otherwise end the process.
   */
  answer<B extends TSchema>(
    event: string,
    schema: B,
    handle: (socket: S, body: Static<B>) => Promise<unknown>,
  ): void;
  /** Takes an ephemeral signal: what does not fit or comes too often is dropped without a word (D4). */
  signal<B extends TSchema>(
    event: string,
    schema: B,
    handle: (socket: S, body: Static<B>) => Promise<void>,
  ): void;
  listenTo(socket: S): void;
}

export function createListener<S extends Listening>(app: FastifyInstance): Listener<S> {
  const handlers = new Map<string, (socket: S, body: unknown, reply: unknown) => Promise<void>>();

  return {
    answer(event, schema, handle) {
      const check = checkOf(schema);
      const answerTo = async (socket: S, body: unknown): Promise<unknown> => {
        try {
          return await handle(socket, check(body));
        } catch (error) {
          if (isOurFault(error)) app.log.error({ err: error, event }, 'socket command failed');
          const refusal = toRefusal(error);
          app.metrics.commands.inc({ command: event, result: refusal.code });
          return refusal;
        }
      };
      handlers.set(event, async (socket, body, reply) => {
        if (typeof reply === 'function') reply(await answerTo(socket, body));
      });
    },

    signal(event, schema, handle) {
      const check = checkOf(schema);
      handlers.set(event, async (socket, body) => {
        try {
          await handle(socket, check(body));
        } catch (error) {
          if (isOurFault(error)) app.log.warn({ err: error, event }, 'signal failed');
        }
      });
    },

    listenTo(socket) {
      socket.onAny((event, body, reply) => {
        handlers
          .get(event)?.(socket, body, reply)
          .catch((error: unknown) => app.log.warn({ err: error, event }, 'answer not sent'));
      });
    },
  };
}

/** Handshakes that are looked up at once. Behind a restart everybody comes: those beyond are told when to come again. */
const mostAdmitting = 500;
const comeAgainMs = { least: 1_000, most: 10_000 };

/** Lets a socket in once `admit` has found out who it is; whatever it throws is the refusal. */
export function admitOn<S>(
  namespace: { use(middleware: (socket: S, next: (error?: Error) => void) => void): unknown },
  admit: (socket: S) => Promise<void>,
): void {
  let admitting = 0;
  namespace.use((socket, next) => {
    if (admitting >= mostAdmitting) {
      const { least, most } = comeAgainMs;
      const retryAfterMs = least + Math.floor(Math.random() * (most - least));
      next(connectError(new RefusalError('unavailable', { retryAfterMs })));
      return;
    }
    admitting += 1;
    admit(socket)
      .then(
        () => next(),
        (error) => next(connectError(error)),
      )
      .finally(() => {
        admitting -= 1;
      });
  });
}

/** Refuses a connection in socket.io's way: the client's `connect_error` carries the refusal as `data`. */
export function connectError(error: unknown): Error & { data: Refusal } {
  const refusal = toRefusal(error);
  return Object.assign(new Error(refusal.code), { data: refusal });
}
