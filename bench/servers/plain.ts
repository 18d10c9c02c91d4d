/**
 * What one would write by hand for the same promise: one transaction a message, which locks the conversation's row,
 * looks whether this cid was carried out before (D1), counts the seq (D2), inserts the fact, remembers the command,
 * saves the state and commits; only then the message is relayed and acknowledged (D3). A pool of ten connections,
 * prepared statements. The messages of one conversation go in turn. It knows no states, bots, agents, limits or checks of what is sent.
 */
import { createHash } from 'node:crypto';
import pg from 'pg';
import { conversationsOf, createSocketServer, listen, type MessageBody } from './listen.ts';

const schema = `
  create table if not exists conversations (
    id uuid primary key, seq integer not null, last_text text not null, last_at bigint not null);
  create table if not exists facts (
    conversation_id uuid not null references conversations, seq integer not null, type text not null,
    at bigint not null, body jsonb not null, primary key (conversation_id, seq));
  create table if not exists commands (
    conversation_id uuid not null references conversations, sender_id text not null, cid uuid not null,
    body_hash bytea not null, seq integer not null, at bigint not null,
    primary key (conversation_id, sender_id, cid));`;

const statements = {
  create: `insert into conversations select unnest($1::uuid[]), 0, '', 0 on conflict do nothing`,
  lock: 'select seq from conversations where id = $1 for update',
  earlier: 'select seq, body_hash from commands where conversation_id = $1 and sender_id = $2 and cid = $3',
  fact: 'insert into facts (conversation_id, seq, type, at, body) values ($1, $2, $3, $4, $5)',
  remember:
    'insert into commands (conversation_id, sender_id, cid, body_hash, seq, at) values ($1, $2, $3, $4, $5, $6)',
  save: 'update conversations set seq = $2, last_text = $3, last_at = $4 where id = $1',
} as const;

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
pool.on('error', (error) => console.error(error.message));
await pool.query(schema);
const { io, http } = createSocketServer();

type Stored = { ok: true; seq: number; isRepeat: boolean } | { ok: false; code: string };

async function carryOut(
  senderId: string,
  body: MessageBody,
): Promise<{ answer: Stored; fact: object | null }> {
  const { cid, conversationId, text } = body;
  const bodyHash = createHash('sha256').update(text).digest();
  const client = await pool.connect();
  const run = (name: keyof typeof statements, ...values: unknown[]) =>
    client.query({ name, text: statements[name], values });
  try {
    await client.query('begin');
    const row = (await run('lock', conversationId)).rows[0];
    if (row === undefined) throw new Error('no such conversation');
    const earlier = (await run('earlier', conversationId, senderId, cid)).rows[0];
    if (earlier !== undefined) {
      await client.query('commit');
      const isSame = bodyHash.equals(earlier.body_hash);
      const answer = isSame
        ? { ok: true as const, seq: earlier.seq, isRepeat: true }
        : { ok: false as const, code: 'cid_reused' };
      return { answer, fact: null };
    }
    const seq = row.seq + 1;
    const at = Date.now();
    const fact = { type: 'message.sent', seq, at, by: { kind: 'customer' }, cid, text };
    await run('fact', conversationId, seq, fact.type, at, JSON.stringify(fact));
    await run('remember', conversationId, senderId, cid, bodyHash, seq, at);
    await run('save', conversationId, seq, text, at);
    await client.query('commit');
    return { answer: { ok: true, seq, isRepeat: false }, fact };
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}

/**
 * What is under way in each conversation. Without it the answers of two commits on two connections could be read in
 * the other order, and the second message would be relayed before the first.
 */
const underWay = new Map<string, Promise<unknown>>();

function inTurn<T>(conversationId: string, work: () => Promise<T>): Promise<T> {
  const before = underWay.get(conversationId) ?? Promise.resolve();
  const own = before.then(work, work);
  underWay.set(conversationId, own);
  return own;
}

io.use((socket, next) => {
  pool.query(statements.create, [conversationsOf(socket.handshake.auth)]).then(
    () => next(),
    (error) => next(error),
  );
});

io.on('connection', (socket) => {
  void socket.join(conversationsOf(socket.handshake.auth));
  socket.on('message:send', (body: MessageBody, reply: (answer: Stored) => void) => {
    const { conversationId } = body;
    if (!socket.rooms.has(conversationId)) return reply({ ok: false, code: 'not_found' });
    inTurn(conversationId, () => carryOut('customer', body)).then(
      ({ answer, fact }) => {
        if (fact !== null && answer.ok) {
          const covered = { conversationId, after: answer.seq - 1, through: answer.seq };
          io.to(conversationId).emit('facts', { ...covered, facts: [fact] });
        }
        reply(answer);
      },
      (error) => {
        console.error(error);
        reply({ ok: false, code: 'unavailable' });
      },
    );
  });
});

listen(io, http, () => pool.end());
