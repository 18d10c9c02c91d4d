import { expect, inject, test } from 'vitest';
import { startTestServer } from '../support/server.ts';
import { inDatabase, noLimits } from './requests.ts';

test('two-factor is ended by the operator, for who has lost app and codes, once', async () => {
  const server = await startTestServer(inject('postgresUrl'), noLimits);
  try {
    const { id } = await server.addAgent(await server.addSite({ kind: 'page' }), 'Ana');
    await inDatabase(server.databaseUrl, 'update auth_user set "twoFactorEnabled" = true where id = $1', [
      id,
    ]);
    expect(await server.store.people.endTwoFactor(id)).toBe(true);
    expect(await server.store.people.endTwoFactor(id)).toBe(false);
    expect(await server.store.agents.hasTwoFactor(id)).toBe(false);
  } finally {
    await server.close();
  }
});
