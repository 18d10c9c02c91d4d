import { createServer } from 'node:net';
import { describe, expect, inject, test } from 'vitest';
import { ConfigError, readConfig, settingsHelp } from '../../server/config.ts';
import { createDatabase } from '../support/server.ts';
import { runServer } from './server-process.ts';

describe('settings', () => {
  test('all have a value without any', () => {
    const config = readConfig({});
    expect(config).toMatchObject({
      port: 8080,
      host: '127.0.0.1',
      dataDir: '.handrail',
      databaseUrl: null,
      redisUrl: null,
      trustProxy: 0,
    });
    expect(readConfig({ PORT: '', DATABASE_URL: '', LOG_LEVEL: '' }), 'empty is as not given').toEqual(
      config,
    );
  });

  const wrong: Record<string, string[]> = {
    PORT: ['-1', '65536', 'x', '80.5', '1e9'],
    DATABASE_URL: ['localhost', 'mysql://a/b', 'http://a'],
    REDIS_URL: ['localhost:6379', 'http://a'],
    LOG_LEVEL: ['loud'],
    PUBLIC_URL: ['help.example.com', 'ftp://a', 'https://a.example/help'],
    TRUST_PROXY: ['yes', 'true'],
    HANDRAIL_SECRET: ['short'],
    LIMIT_SESSIONS: ['0', '-5'],
    LIMIT_COMMANDS: ['0'],
    BOT_FIRST_BYTE_MS: ['5', '9999999999'],
    BOT_TOTAL_MS: ['0'],
    BOT_MAX_BYTES: ['10', 'many'],
    BOT_CIRCUIT_FAILURES: ['0'],
    BOT_CIRCUIT_WAIT_MS: ['1', '9999999'],
    GUIDANCE_WITHIN_MS: ['9', '10001'],
    GUIDANCE_EMBEDDINGS: ['remote', 'ftp://a'],
    OUTBOUND_ALLOW: ['10.0.0.0/33', 'localhost', '10.0.0.0/8 127.0.0.1', '10.0.0.1,x'],
  };
  test.each(Object.entries(wrong))('%s that is wrong is named, with what it must be', (name, values) => {
    for (const value of values)
      expect(() => readConfig({ [name]: value })).toThrow(new RegExp(`^${name} must `));
  });

  test('addresses that may be called are a list', () => {
    const { outboundAllow } = readConfig({ OUTBOUND_ALLOW: ' 10.1.0.0/16, ::1,,127.0.0.1 ' });
    expect(outboundAllow).toEqual(['10.1.0.0/16', '::1', '127.0.0.1']);
    expect(readConfig({}).outboundAllow, 'nothing private without being told so').toEqual([]);
  });

  test('several that are wrong are named together', () => {
    const all = Object.fromEntries(Object.entries(wrong).map(([name, [value]]) => [name, value]));
    try {
      readConfig(all);
      expect.unreachable();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      expect(error.message.split('\n').map((line) => line.split(' ', 1)[0])).toEqual(
        expect.arrayContaining(Object.keys(wrong)),
      );
    }
  });

  test('a secret that is wrong is not repeated in the message', () => {
    expect(() => readConfig({ HANDRAIL_SECRET: 'hunter2' })).toThrow(/32 characters/);
    expect(() => readConfig({ HANDRAIL_SECRET: 'hunter2' })).not.toThrow(/hunter2/);
  });

  test('--help lists every one and ends well, whatever else is wrong', async () => {
    const server = runServer({ PORT: 'nonsense', DATABASE_URL: 'nonsense' }, ['--help']);
    expect(await server.ended).toBe(0);
    const names = settingsHelp()
      .split('\n')
      .map((line) => line.trim().split(' ', 1)[0] ?? '');
    expect(names.length).toBeGreaterThan(10);
    for (const name of [...names, 'DATABASE_URL', 'HANDRAIL_DATA']) expect(server.output()).toContain(name);
  });
});

describe('a server that cannot start says why, without a stack', () => {
  const impossible: [string, () => Promise<Record<string, string>>, RegExp][] = [
    ['wrong settings', async () => ({ PORT: 'x', LOG_LEVEL: 'loud' }), /PORT must .*\n.*LOG_LEVEL must/],
    [
      'a database that is not there',
      async () => ({ DATABASE_URL: 'postgres://me:hidden@127.0.0.1:9/db' }),
      /DATABASE_URL.*127\.0\.0\.1:9.*database db.*user me.*ECONNREFUSED/,
    ],
    [
      'a database host that has no address',
      async () => ({ DATABASE_URL: 'postgres://me:hidden@no-such-host.invalid/db' }),
      /DATABASE_URL.*no-such-host\.invalid/,
    ],
    [
      'a database that is not made yet',
      async () => ({ DATABASE_URL: inject('postgresUrl').replace(/\/\w+$/, '/no_such_database') }),
      /DATABASE_URL.*no_such_database/,
    ],
  ];
  test.each(impossible)('%s', async (_name, env, message) => {
    const server = runServer(await env());
    expect(await server.ended).toBe(1);
    expect(server.output()).toMatch(message);
    expect(server.output()).toMatch(/Handrail cannot start\./);
    expect(server.output()).not.toMatch(/\n\s+at |hidden/);
  });

  test('a port that is in use', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };
    const database = await createDatabase(inject('postgresUrl'));
    try {
      const server = runServer({ DATABASE_URL: database.url, PORT: String(port) });
      expect(await server.ended).toBe(1);
      expect(server.output()).toMatch(new RegExp(`Port ${port} .*in use.*PORT`));
      expect(server.output()).not.toMatch(/\n\s+at /);
    } finally {
      await new Promise((resolve) => taken.close(resolve));
      await database.drop();
    }
  });
});
