import type { FastifyError } from 'fastify';
import fp from 'fastify-plugin';
import { type Problem, type Refusal, type RefusalCode, refusals } from '../../protocol/errors.ts';

/** A refusal on its way out: thrown anywhere, answered in one way on HTTP and socket alike. */
export class RefusalError extends Error {
  readonly code: RefusalCode;
  readonly detail: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(code: RefusalCode, more: { detail?: string; retryAfterMs?: number } = {}) {
    super(refusals[code].text);
    this.code = code;
    this.detail = more.detail;
    this.retryAfterMs = more.retryAfterMs;
  }
}

/** The refusal that an error amounts to. What broke inside stays inside: the caller learns `internal` or `unavailable`. */
export function toRefusal(error: unknown): Refusal {
  const { code, detail, retryAfterMs } =
    error instanceof RefusalError ? error : new RefusalError(brokenBy(error));
  const { text, retryable } = refusals[code];
  return {
    ok: false,
    code,
    message: text,
    retryable,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(detail === undefined ? {} : { detail }),
  };
}

/** Errors of the way to the database, and of what else goes on in it: nothing was carried out, try again. */
const connectionErrors = /^(ECONN|EPIPE|ENOENT|ETIMEDOUT|08|28|3D|40|53|57)/;

function brokenBy(error: unknown): RefusalCode {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const text = error instanceof Error ? error.message : '';
  const isConnection = connectionErrors.test(code) || /timeout|terminated|Connection/.test(text);
  return isConnection ? 'unavailable' : 'internal';
}

/** Whether an error is our fault and belongs in the log. */
export const isOurFault = (error: unknown) => !(error instanceof RefusalError);

/** Whether PostgreSQL itself said no to a statement, so that nothing of it has happened: its code is no broken way to it. */
export function isRolledBack(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^[0-9A-Z]{5}$/.test(code) && !/^(08|25|53|57|58|XX|E)/.test(code);
}

/** problem+json for every HTTP error (RFC 9457), with the codes of the protocol. */
export default fp(
  async (app) => {
    app.setErrorHandler((error: FastifyError | RefusalError, request, reply) => {
      const refusal = toRefusal(fromFastify(error));
      const { status } = refusals[refusal.code];
      if (status >= 500) request.log.error({ err: error }, 'request failed');
      if (refusal.retryAfterMs !== undefined) {
        reply.header('retry-after', Math.ceil(refusal.retryAfterMs / 1_000));
      }
      return reply.code(status).type('application/problem+json').send(problem(refusal, request.id));
    });
    app.setNotFoundHandler((request, reply) => {
      const refusal = toRefusal(new RefusalError('not_found'));
      return reply.code(404).type('application/problem+json').send(problem(refusal, request.id));
    });
  },
  { name: 'errors' },
);

function problem({ code, message, retryable, retryAfterMs, detail }: Refusal, instance: string): Problem {
  return {
    type: `urn:handrail:refusal:${code}`,
    title: message,
    status: refusals[code].status,
    code,
    retryable,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(detail === undefined ? {} : { detail }),
    instance,
  };
}

/** Fastify's own errors (body not JSON, too large, schema) in the protocol's words. */
function fromFastify(error: FastifyError | RefusalError): Error {
  if (error instanceof RefusalError) return error;
  if (error.statusCode === 413) return new RefusalError('too_large');
  if (error.statusCode === 503) return new RefusalError('unavailable', { retryAfterMs: 5_000 });
  if (error.validation !== undefined || (error.statusCode !== undefined && error.statusCode < 500)) {
    return new RefusalError('invalid', { detail: error.message });
  }
  return error;
}
