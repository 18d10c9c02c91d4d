import type { FastifyBaseLogger } from 'fastify';
import { stdSerializers } from 'pino';

interface LoggedRequest {
  readonly method: string;
  readonly url: string;
  readonly ip: string;
}

/** Fields of a PostgreSQL error that quote the row, and with it what people wrote. */
const quoting = ['detail', 'where', 'internalQuery', 'query', 'parameters'] as const;

/**
 * The same log without what is nobody's business: no query strings (one-time tokens, words searched for), and
 * errors of the database without the rows that they quote.
 */
export function withoutWords(logger: FastifyBaseLogger): FastifyBaseLogger {
  return logger.child(
    {},
    {
      serializers: {
        req: ({ method, url, ip }: LoggedRequest) => ({ method, url: url.split('?', 1)[0], ip }),
        err: (error: Error) => {
          const shown: Record<string, unknown> = { ...stdSerializers.err(error) };
          for (const field of quoting) delete shown[field];
          return shown;
        },
      },
    },
  );
}
