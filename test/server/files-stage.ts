import { randomUUID } from 'node:crypto';
import type { AttachedFile } from '../../protocol/files.ts';
import { connectCustomer, type TestCustomer } from '../support/clients.ts';
import type { TestServer } from '../support/server.ts';
import { bearer, inDatabase } from './requests.ts';

export const filesPath = (conversationId: string) => `/v1/conversations/${conversationId}/files`;
export const deskFilesPath = (conversationId: string) => `/v1/desk/conversations/${conversationId}/files`;

/** Sends a file as the widget and the console do. */
export const upload = (
  server: TestServer,
  path: string,
  headers: Record<string, string>,
  file: BodyInit,
  name = 'receipt.png',
) =>
  fetch(`${server.url}${path}?name=${encodeURIComponent(name)}`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream', ...headers },
    body: file,
    // Streams have no length.
    ...(file instanceof ReadableStream ? { duplex: 'half' } : {}),
  } as RequestInit);

export async function kept(response: Response): Promise<AttachedFile> {
  if (response.status !== 201) throw new Error(await response.text());
  return (await response.json()) as AttachedFile;
}

/** A customer who waits for a person. */
export async function waitingCustomer(server: TestServer, siteKey: string): Promise<TestCustomer> {
  const customer = await connectCustomer(server.url, siteKey);
  await customer.send('handoff:request', {});
  await customer.until('handoff.requested');
  return customer;
}

export const uploadAs = (
  server: TestServer,
  { conversationId, session }: TestCustomer,
  file: BodyInit,
  name?: string,
) => upload(server, filesPath(conversationId), bearer(session.token), file, name);

export async function counts(server: TestServer): Promise<{ files: number; pieces: number }> {
  const [row] = await inDatabase(
    server.databaseUrl,
    'select (select count(*)::int from files) as files, (select count(*)::int from file_pieces) as pieces',
  );
  return row;
}

/** A file that a message carries already, put there past the wire. */
export async function keepFile(server: TestServer, siteId: string, conversationId: string): Promise<string> {
  const id = randomUUID();
  const bytes = Buffer.from('%PDF-1.4 kept');
  const pieces = async function* () {
    yield bytes;
  };
  const full = await server.store.files.add(
    {
      id,
      conversationId,
      siteId,
      senderId: 'somebody',
      name: 'kept.pdf',
      kind: 'pdf',
      bytes: bytes.length,
      sha256: Buffer.alloc(32),
      at: Date.now(),
    },
    pieces(),
    { mostSince: 10, since: 0, siteBytes: 1_000_000 },
  );
  if (full !== null) throw new Error(full);
  await inDatabase(server.databaseUrl, 'update files set attached_seq = 1 where id = $1', [id]);
  return id;
}
