import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { Problem } from '../../../protocol/errors.ts';
import { AttachedFile, FileId, type FileKind, NewFileQuery } from '../../../protocol/files.ts';
import { ConversationId, exact } from '../../../protocol/ids.ts';
import { fileNameOf } from '../../domain/file-kind.ts';
import { actorOf } from '../../plugins/audit-log.ts';
import { RefusalError } from '../../plugins/errors.ts';
import { bearer } from '../../plugins/identity.ts';
import { type Reader, readable } from '../../reads/facts.ts';
import type { Agent } from '../../store/agents.ts';
import type { Customer } from '../../store/customers.ts';
import { receive } from './receive.ts';

interface Options {
  /** 0: none are taken. */
  readonly maxBytes: number;
  readonly siteBytes: number;
}

const problem = { default: Problem };
const OfConversation = exact({ id: ConversationId });
const OneFile = exact({ id: ConversationId, file: FileId });
type Upload = { Params: { id: string }; Querystring: Static<typeof NewFileQuery> };
type Download = { Params: Static<typeof OneFile> };

const mostADay = 10;
/** Of a refused file, read and thrown away at most. */
const mostDrained = 100_000_000;
const dayMs = 24 * 60 * 60 * 1_000;

const contentTypes: Readonly<Record<FileKind, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  webp: 'image/webp',
  pdf: 'application/pdf',
};

/** The body is a stream, which no schema can look into; what it is shows in its first bytes. */
const FileBody = {
  content: { 'application/octet-stream': { schema: Type.Unsafe({ description: 'the file itself' }) } },
};

/**
 * Files that customers and agents send each other (docs/files.md). Who calls is asked on each request, and what is
 * theirs is looked up before a byte of the body is read.
 */
export const files: FastifyPluginAsync<Options> = async (app, { maxBytes, siteBytes }) => {
  const { store, identity, limits, auditLog } = app;

  // The body is the file: nothing else is understood here, and nothing reads it before it is wanted.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload));

  const take = async (
    request: FastifyRequest<Upload>,
    reply: FastifyReply,
    { siteId, senderId }: { siteId: string; senderId: string },
  ) => {
    const { body } = request;
    if (!(body instanceof Readable)) throw new RefusalError('invalid', { detail: 'the body is the file' });
    const declared = Number(request.headers['content-length'] ?? Number.POSITIVE_INFINITY);
    try {
      await limits.file(senderId);
      // What does not say how long it is is cut off where it becomes too long.
      if (Number.isFinite(declared) && declared > maxBytes) throw new RefusalError('too_large');
      const id = randomUUID();
      const at = Date.now();
      const file = await receive(body, maxBytes, async ({ kind, bytes, sha256, pieces }) => {
        const described = { id, name: fileNameOf(request.query.name, kind), kind, bytes };
        const owned = { conversationId: request.params.id, siteId, senderId, sha256, at };
        const room = { mostSince: mostADay, since: at - dayMs, siteBytes };
        const full = await store.files.add({ ...described, ...owned }, pieces(), room);
        if (full !== null) throw new RefusalError(full);
        return described;
      });
      return await reply.code(201).send(file);
    } catch (error) {
      // A browser hears a refusal only once all that it sends has been taken; who sends without an end is hung up on.
      if (declared <= mostDrained) body.resume();
      else reply.header('connection', 'close');
      throw error;
    }
  };

  const find = async ({ id, file: fileId }: Static<typeof OneFile>, readerId: string) => {
    const file = await store.files.readable(id, fileId, readerId);
    if (file === null) throw new RefusalError('not_found');
    return file;
  };
  const give = (file: AttachedFile, reply: FastifyReply) =>
    reply
      .headers({
        'content-type': contentTypes[file.kind],
        'content-length': file.bytes,
        // Whatever else a file is, a browser saves it, runs nothing in it and takes it for nothing else.
        'content-disposition': `attachment; filename*=UTF-8''${inHeader(file.name)}`,
        'x-content-type-options': 'nosniff',
        'content-security-policy': "sandbox; default-src 'none'",
        'cross-origin-resource-policy': 'same-origin',
        // It never changes. Whoever signs in here next is asked for again: who they are decides.
        'cache-control': 'private, max-age=3600',
        vary: 'cookie, authorization',
      })
      .send(Readable.from(store.files.pieces(file.id), { objectMode: false }));

  /** A customer's own. */
  await app.register(async (own) => {
    const callers = new WeakMap<FastifyRequest, Customer>();
    const callerOf = (request: FastifyRequest): Customer => {
      const customer = callers.get(request);
      if (customer === undefined) throw new RefusalError('unauthenticated');
      return customer;
    };
    own.addHook('onRequest', async (request) => {
      const { customer } = await identity.customer(bearer(request.headers.authorization), request.headers);
      await limits.command(customer.id);
      callers.set(request, customer);
    });
    const about = { tags: ['customer'], security: [{ customer: [] }] };

    own.post<Upload>(
      '/v1/conversations/:id/files',
      {
        schema: {
          ...about,
          summary: 'A file for a message that is sent later; the body is the file',
          consumes: ['application/octet-stream'],
          body: FileBody,
          params: OfConversation,
          querystring: NewFileQuery,
          response: { 201: AttachedFile, ...problem },
        },
      },
      async (request, reply) => {
        const customer = callerOf(request);
        const { status, siteId } = await readable(app, readerOf(customer), request.params.id);
        if (status !== 'waiting' && status !== 'human') throw new RefusalError('files_need_person');
        return take(request, reply, { siteId, senderId: customer.id });
      },
    );

    own.get<Download>(
      '/v1/conversations/:id/files/:file',
      { schema: { ...about, summary: 'A file of an own conversation', params: OneFile } },
      async (request, reply) => {
        const customer = callerOf(request);
        await readable(app, readerOf(customer), request.params.id);
        return give(await find(request.params, customer.id), reply);
      },
    );
  });

  /** An agent's. */
  await app.register(async (desk) => {
    const about = { tags: ['agent'], security: [{ agent: [] }] };
    const callers = new WeakMap<FastifyRequest, Agent>();
    const callerOf = (request: FastifyRequest): Agent => {
      const agent = callers.get(request);
      if (agent === undefined) throw new RefusalError('unauthenticated');
      return agent;
    };
    const admit = (isWrite: boolean) => async (request: FastifyRequest) => {
      const permission = isWrite ? 'conversations:work' : 'conversations:read';
      const agent = await identity.agent(request.headers, { isWrite, may: permission });
      await limits.agent(agent.id);
      callers.set(request, agent);
    };

    desk.post<Upload>(
      '/v1/desk/conversations/:id/files',
      {
        onRequest: admit(true),
        schema: {
          ...about,
          summary: 'A file for a reply that is sent later; the body is the file',
          consumes: ['application/octet-stream'],
          body: FileBody,
          params: OfConversation,
          querystring: NewFileQuery,
          response: { 201: AttachedFile, ...problem },
        },
      },
      async (request, reply) => {
        const agent = callerOf(request);
        const { status, siteId } = await readable(app, { kind: 'agent', agent }, request.params.id);
        const summary = await store.conversations.summary(request.params.id);
        if (status !== 'human' || summary?.agent?.id !== agent.id) throw new RefusalError('not_assigned');
        return take(request, reply, { siteId, senderId: agent.id });
      },
    );

    desk.get<Download>(
      '/v1/desk/conversations/:id/files/:file',
      {
        onRequest: admit(false),
        schema: { ...about, summary: 'A file of a conversation', params: OneFile },
      },
      async (request, reply) => {
        const agent = callerOf(request);
        const { siteId } = await readable(app, { kind: 'agent', agent }, request.params.id);
        const file = await find(request.params, agent.id);
        const object = { kind: 'file', id: file.id } as const;
        auditLog.noteRead({ by: actorOf(agent), action: 'file.read', siteIds: [siteId], object });
        return give(file, reply);
      },
    );
  });
};

const readerOf = (customer: Customer): Reader => ({ kind: 'customer', customer });

/** As RFC 8187 wants it: what `encodeURIComponent` leaves and a header may not hold. */
const inHeader = (name: string) =>
  encodeURIComponent(name).replace(
    /['()*!]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
