import type { FastifyInstance } from 'fastify';
import type { Static, TSchema } from 'typebox';
import type { Refusal } from '../../protocol/errors.ts';
import { isOurFault, RefusalError, toRefusal } from './errors.ts';
import { checkOf } from './validation.ts';

interface Listening {
  on(event: string, listener: (...args: unknown[]) => void): unknown;
}

/**
 * Answers a socket's question: body checked, errors turned into refusals, always exactly one answer.
 * An exception in a socket handler would otherwise end the process.
 */
export function answerOn<S extends TSchema, R>(
  app: FastifyInstance,
  socket: Listening,
  event: string,
  schema: S,
  handle: (body: Static<S>) => Promise<R>,
): void {
  const check = checkOf(schema);
  socket.on(event, (body, reply) => {
    if (typeof reply !== 'function') return;
    Promise.resolve()
      .then(() => handle(check(body)))
      .catch((error: unknown): Refusal => {
        if (isOurFault(error)) app.log.error({ err: error, event }, 'socket command failed');
        const refusal = toRefusal(error);
        app.metrics.commands.inc({ command: event, result: refusal.code });
        return refusal;
      })
      .then((answer) => reply(answer))
      .catch((error: unknown) => app.log.warn({ err: error, event }, 'answer not sent'));
  });
}

/** Takes an ephemeral signal: what does not fit or comes too often is dropped without a word (D4). */
export function signalOn<S extends TSchema>(
  app: FastifyInstance,
  socket: Listening,
  event: string,
  schema: S,
  handle: (body: Static<S>) => Promise<void> | void,
): void {
  const check = checkOf(schema);
  socket.on(event, (body) => {
    Promise.resolve()
      .then(() => handle(check(body)))
      .catch((error: unknown) => {
        if (isOurFault(error)) app.log.warn({ err: error, event }, 'signal failed');
      });
  });
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
