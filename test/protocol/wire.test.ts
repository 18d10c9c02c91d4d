import { type TSchema, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { describe, expect, test } from 'vitest';
import * as agent from '../../protocol/agent.ts';
import { BotChunk, BotTurn } from '../../protocol/bot.ts';
import {
  Accepted,
  agentCommands,
  agentReads,
  agentSignals,
  customerCommands,
  customerReads,
  customerSignals,
  FactsAfter,
} from '../../protocol/commands.ts';
import { Fact } from '../../protocol/conversation.ts';
import { Problem, Refusal, refusals } from '../../protocol/errors.ts';
import {
  AgentHandshake,
  agentEvents,
  CustomerHandshake,
  customerEvents,
  FactsPage,
} from '../../protocol/events.ts';
import { FeedbackExportRow, FeedbackFilter, FeedbackItem, FeedbackPage } from '../../protocol/feedback.ts';
import { Reachability, ReachabilityQuery } from '../../protocol/handoff.ts';
import { exact } from '../../protocol/ids.ts';
import { NewSession, OwnConversations, SiteInfo } from '../../protocol/session.ts';
import { cid, commands, conversationId } from './command-bodies.ts';
import { inexact, type Schema, schemasIn, unbounded } from './schema-tree.ts';

const named = (prefix: string, schemas: Record<string, TSchema>) =>
  Object.entries(schemas).map(([name, schema]) => [`${prefix} ${name}`, schema as Schema] as const);

/** Everything that a browser may send. */
const inbound = [
  ...named('customer', customerCommands),
  ...named('agent', agentCommands),
  ...named('customer signal', customerSignals),
  ...named('agent signal', agentSignals),
  ...named('customer read', customerReads),
  ...named('agent read', agentReads),
  ...named('handshake of a', { customer: CustomerHandshake, agent: AgentHandshake }),
  ...named('query', { FeedbackFilter, FactsAfter, ReachabilityQuery }),
];
/** Everything that the server sends. */
const outbound = [
  ...named('customer event', customerEvents),
  ...named('agent event', agentEvents),
  ...named('', {
    Fact,
    Accepted,
    Refusal,
    Problem,
    FactsPage,
    FeedbackItem,
    FeedbackPage,
    FeedbackExportRow,
  }),
  ...named('', { NewSession, OwnConversations, SiteInfo, Reachability, BotTurn, BotChunk, Me: agent.Me }),
];

describe('the wire', () => {
  test.each([...inbound, ...outbound])('%s takes nothing that it does not declare', (name, schema) => {
    expect(inexact(schema, name)).toEqual([]);
  });

  test.each(inbound)('%s limits every string, list and number', (name, schema) => {
    expect(unbounded(schema, name)).toEqual([]);
  });

  test('these two rules can fail', () => {
    const loose = exact({
      a: Type.Object({}),
      b: Type.String(),
      c: Type.String({ pattern: '^a+$' }),
      d: Type.Array(Type.Literal('x')),
      e: Type.Integer({ minimum: 0 }),
      f: Type.Union([Type.Null(), Type.String({ pattern: '\\S' })]),
    }) as Schema;
    expect(inexact(loose, 'x')).toEqual(['x.a']);
    expect(unbounded(loose, 'x')).toEqual(['x.b', 'x.c', 'x.d', 'x.e', 'x.f|1']);
  });
});

describe('commands', () => {
  test.each(commands)(
    '%s: the good body survives the wire, the bad ones are refused',
    (_name, schema, good, bad) => {
      const check = Compile(schema);
      expect(check.Check(JSON.parse(JSON.stringify(good)))).toBe(true);
      for (const wrong of bad)
        expect(check.Check({ ...good, ...wrong }), JSON.stringify(wrong).slice(0, 80)).toBe(false);
      for (const stray of [
        '{"stray":1}',
        '{"__proto__":{"isAdmin":true}}',
        '{"constructor":{"prototype":{}}}',
      ]) {
        expect(check.Check({ ...good, ...JSON.parse(stray) }), stray).toBe(false);
      }
      for (const other of [null, [], 'text', 1, true, undefined]) expect(check.Check(other)).toBe(false);
    },
  );

  test('none is without an example here', () => {
    const shown = new Set(commands.map(([, schema]) => schema));
    for (const schema of [...Object.values(customerCommands), ...Object.values(agentCommands)])
      expect(shown).toContain(schema);
  });
});

test('a handshake names conversations by their ids and nothing else', () => {
  const check = Compile(CustomerHandshake);
  const good = { version: 1, site: 'pk_demo', token: 't', conversations: { [conversationId]: 3 } };
  expect(check.Check(good)).toBe(true);
  for (const conversations of ['{"x":1}', '{"__proto__":1}', '{"x":"y"}', `{"${cid}":-1}`]) {
    expect(check.Check({ ...good, conversations: JSON.parse(conversations) }), conversations).toBe(false);
  }
});

describe('refusals', () => {
  test.each(Object.entries(refusals))(
    '%s has a status, a text, and fits the schema',
    (code, { status, retryable, text }) => {
      expect(status).toBeGreaterThanOrEqual(400);
      expect(text).toMatch(/\.$/);
      // What may succeed later is either too much for now, or taken for the moment.
      expect(retryable).toBe(
        [429, 500, 503].includes(status) ||
          ['offered_to_another', 'not_due', 'export_not_done', 'replay_running'].includes(code),
      );
      expect(Compile(Refusal).Check({ ok: false, code, message: text, retryable })).toBe(true);
    },
  );

  test('an undeclared code does not fit', () => {
    expect(Compile(Refusal).Check({ ok: false, code: 'oops', message: '', retryable: false })).toBe(false);
    expect(Compile(Problem).Check({ type: '', title: '', status: 400, code: 'oops', retryable: false })).toBe(
      false,
    );
  });
});

test('every fact is declared once, with seq, time and actor', () => {
  const types = Fact.anyOf.map((fact) => fact.properties.type.const);
  expect(new Set(types).size).toBe(types.length);
  for (const type of types)
    expect(type).toMatch(
      /^(conversation|message|transcript|answer|handoff|queue|followup|promise|note|feedback)\.[a-z_]+$/,
    );
  for (const fact of Fact.anyOf)
    expect(Object.keys(fact.properties)).toEqual(expect.arrayContaining(['seq', 'at', 'by']));
});

test('times can be shown as dates', () => {
  const time = [...schemasIn(FeedbackFilter as Schema, 'filter')].find(
    ({ path }) => path === 'filter.from',
  )?.schema;
  expect(() => new Date(time?.maximum ?? Number.NaN).toISOString()).not.toThrow();
});
