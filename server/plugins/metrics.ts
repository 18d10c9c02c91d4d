import { timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { RefusalError } from './errors.ts';

export interface Metrics {
  readonly commands: Counter<'command' | 'result'>;
  readonly facts: Counter<'type'>;
  readonly commitSize: Histogram<string>;
  readonly commitSeconds: Histogram<string>;
  readonly sockets: Gauge<'namespace'>;
  readonly stuckReaders: Counter<string>;
  readonly botFirstByte: Histogram<string>;
  readonly answers: Counter<'outcome'>;
  readonly botCircuit: Gauge<'site'>;
  readonly handoffWait: Histogram<string>;
  readonly notifications: Counter<'channel' | 'result'>;
  readonly webhooks: Counter<'result'>;
}

declare module 'fastify' {
  interface FastifyInstance {
    metrics: Metrics;
  }
}

/** `/metrics` in Prometheus' text format: for this machine, or for whoever has the token. Never holds words. */
export default fp<{ token: string | null }>(
  async (app, { token }) => {
    const register = new Registry();
    collectDefaultMetrics({ register, prefix: 'handrail_' });
    const registers = [register];
    const metrics: Metrics = {
      commands: new Counter({
        name: 'handrail_commands_total',
        help: 'Commands by name and result (ok, repeat, or the refusal code)',
        labelNames: ['command', 'result'],
        registers,
      }),
      facts: new Counter({
        name: 'handrail_facts_total',
        help: 'Facts committed',
        labelNames: ['type'],
        registers,
      }),
      commitSize: new Histogram({
        name: 'handrail_commit_conversations',
        help: 'Conversations that one statement saved together',
        buckets: [1, 2, 5, 10, 25, 50, 100, 200],
        registers,
      }),
      commitSeconds: new Histogram({
        name: 'handrail_commit_seconds',
        help: 'Time that such a statement took, to the disk and back',
        buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2],
        registers,
      }),
      sockets: new Gauge({
        name: 'handrail_sockets',
        help: 'Open sockets',
        labelNames: ['namespace'],
        registers,
      }),
      stuckReaders: new Counter({
        name: 'handrail_stuck_readers_total',
        help: 'Sockets dropped because they took nothing more',
        registers,
      }),
      botFirstByte: new Histogram({
        name: 'handrail_bot_first_byte_seconds',
        help: "Time from a question to the bot's first byte",
        buckets: [0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30],
        registers,
      }),
      answers: new Counter({
        name: 'handrail_answers_total',
        help: 'Bot turns by outcome',
        labelNames: ['outcome'],
        registers,
      }),
      botCircuit: new Gauge({
        name: 'handrail_bot_circuit',
        help: "Whether a site's bot is asked: 0 yes, 1 one turn tries, 2 no, it is down",
        labelNames: ['site'],
        registers,
      }),
      handoffWait: new Histogram({
        name: 'handrail_handoff_wait_seconds',
        help: 'Time from asking for a person to a person joining',
        buckets: [5, 15, 30, 60, 120, 300, 600, 1800, 3600],
        registers,
      }),
      notifications: new Counter({
        name: 'handrail_notifications_total',
        help: 'Notices of waiting customers by channel and result (sent, nobody, off, retried, failed)',
        labelNames: ['channel', 'result'],
        registers,
      }),
      webhooks: new Counter({
        name: 'handrail_webhook_deliveries_total',
        help: 'Facts sent to webhooks by result (delivered, retried, failed)',
        labelNames: ['result'],
        registers,
      }),
    };
    app.decorate('metrics', metrics);

    app.bus.on('committed', ({ before, facts }) => {
      for (const fact of facts) {
        metrics.facts.inc({ type: fact.type });
        if (fact.type === 'answer.ended') metrics.answers.inc({ outcome: fact.outcome });
        if (fact.type === 'handoff.accepted' && before.status === 'waiting') {
          metrics.handoffWait.observe((fact.at - before.since) / 1_000);
        }
      }
    });

    app.get('/metrics', { schema: { hide: true } }, async (request, reply) => {
      if (!mayRead(token, request)) throw new RefusalError('forbidden');
      return reply.type(register.contentType).send(await register.metrics());
    });
  },
  { name: 'metrics', dependencies: ['bus', 'errors'] },
);

function mayRead(token: string | null, { headers, socket }: FastifyRequest): boolean {
  if (token === null) {
    // A proxy on this machine speaks for others, and what they say of their address is their own claim.
    const isForwarded = headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined;
    return !isForwarded && ['127.0.0.1', '::1', '::ffff:127.0.0.1'].includes(socket.remoteAddress ?? '');
  }
  const given = Buffer.from(headers.authorization ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
