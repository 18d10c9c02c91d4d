import { randomUUID } from 'node:crypto';
import { expect, inject, test } from 'vitest';
import { startTestServer } from '../support/server.ts';
import { waitingCustomer } from './files-stage.ts';
import { inDatabase, noLimits } from './requests.ts';

test('while a file is written down its conversation waits for nothing, and the file is whole behind it', async () => {
  const server = await startTestServer(inject('postgresUrl'), noLimits);
  try {
    const site = await server.addSite({ kind: 'page' });
    const { conversationId, session, send, close } = await waitingCustomer(server, site.key);
    const [first, rest] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    async function* pieces() {
      yield Buffer.from('half');
      // Asked for the second piece: the first is in the table.
      first.resolve();
      await rest.promise;
      yield Buffer.from('half');
    }
    const file = {
      ...{ id: randomUUID(), name: 'a.png', kind: 'png' as const, bytes: 8, conversationId, siteId: site.id },
      ...{ senderId: session.customerId, sha256: Buffer.alloc(32), at: Date.now() },
    };
    const added = server.store.files.add(file, pieces(), { mostSince: 10, since: 0, siteBytes: 1_000 });
    await first.promise;
    // Refused at once if anybody held the row.
    const lock = 'select 1 from conversations where id = $1 for update nowait';
    expect(await inDatabase(server.databaseUrl, lock, [conversationId])).toHaveLength(1);
    expect(await send('message:send', { text: 'Meanwhile' })).toMatchObject({ ok: true });
    rest.resolve();
    expect(await added).toBeNull();
    const count = 'select count(*)::int as pieces from file_pieces where file_id = $1';
    expect(await inDatabase(server.databaseUrl, count, [file.id])).toEqual([{ pieces: 2 }]);
    const full = { ...file, id: randomUUID() };
    const none = { mostSince: 1, since: 0, siteBytes: 1_000 };
    expect(await server.store.files.add(full, pieces(), none)).toBe('file_limit');
    expect(await server.store.files.add(full, pieces(), { ...none, mostSince: 9, siteBytes: 15 })).toBe(
      'file_space_full',
    );
    expect(await inDatabase(server.databaseUrl, count, [full.id])).toEqual([{ pieces: 0 }]);
    close();
  } finally {
    await server.close();
  }
});
