import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { createApp } from './app.ts';
import { type Config, ConfigError } from './config.ts';
import { migrate, openDatabase } from './store/database.ts';
import { openEmbeddedPostgres } from './store/embedded-postgres.ts';
import { createStore, type Store } from './store/store.ts';

export interface OpenedStore {
  readonly store: Store;
  close(): Promise<void>;
}

/**
 * Opens the store: the given PostgreSQL, or the embedded one in the data directory. Migrates it.
 * @param options.lock false for command-line tools that join a running server
 */
export async function openStore(
  config: Pick<Config, 'databaseUrl' | 'dataDir'>,
  log: { info(text: string): void; warn(details: object, text: string): void },
  options: { lock: boolean },
): Promise<OpenedStore> {
  const embedded =
    config.databaseUrl === null
      ? await openEmbeddedPostgres({
          dataDir: resolve(config.dataDir),
          lock: options.lock,
          onProgress: (line) => log.info(line),
        })
      : null;
  const connection = config.databaseUrl ?? embedded?.connection ?? '';
  const store = createStore(openDatabase(connection, (err) => log.warn({ err }, 'database connection lost')));
  const close = async () => {
    await store.close();
    await embedded?.stop();
  };
  try {
    await migrate(store.db);
  } catch (error) {
    await close();
    throw config.databaseUrl === null ? error : explained(error, config.databaseUrl);
  }
  return { store, close };
}

/** What to look at when a given database does not let us in; its password stays out of it. */
function explained(error: unknown, databaseUrl: string): unknown {
  const { code, errors } = Object(error) as { code?: unknown; errors?: { code?: unknown }[] };
  const cause = String(code ?? errors?.[0]?.code ?? '');
  const isAway = /^(ECONN|ENOTFOUND|ETIMEDOUT|EHOST|EAI_|ENOENT|28|3D|57P03)/.test(cause);
  const isSilent = error instanceof Error && /timeout/i.test(error.message);
  if (!isAway && !isSilent) return error;
  const { hostname, port, pathname, username } = new URL(databaseUrl);
  const where = `${hostname || 'the local socket'}${port === '' ? '' : `:${port}`}`;
  const why = error instanceof Error && error.message !== '' ? error.message : cause;
  return new ConfigError(
    `The PostgreSQL of DATABASE_URL does not let us in (${where}, database ${pathname.slice(1)}, user ${username}): ${why}.\n` +
      'Start it or correct DATABASE_URL; without DATABASE_URL Handrail starts a PostgreSQL of its own.',
  );
}

/** Slow readers, an export say, do not hold up a stop for longer. */
const closeWithinMs = 10_000;

export interface RunningServer {
  readonly app: FastifyInstance;
  readonly store: Store;
  /** Origin to reach it, without a slash at the end. */
  readonly url: string;
  close(): Promise<void>;
}

/** Opens the store and listens. What is opened is closed again if a later step fails. */
export async function startServer(config: Config, logger: FastifyBaseLogger): Promise<RunningServer> {
  if (config.databaseUrl === null) mkdirSync(resolve(config.dataDir), { recursive: true });
  const { store, close } = await openStore(config, logger, { lock: true });
  let app: FastifyInstance | null = null;
  try {
    app = await createApp(config, store, logger);
    await listen(app, config);
    const opened = app;
    const address = opened.server.address();
    const port = typeof address === 'object' && address !== null ? address.port : config.port;
    const host = config.host === '0.0.0.0' || config.host === '::' ? 'localhost' : config.host;
    return {
      app: opened,
      store,
      url: config.publicUrl ?? `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
      close: () => stop(opened, close),
    };
  } catch (error) {
    await app?.close();
    await close();
    throw error;
  }
}

async function stop(app: FastifyInstance, closeStore: () => Promise<void>): Promise<void> {
  const impatient = setTimeout(() => app.server.closeAllConnections(), closeWithinMs);
  await app.close().finally(() => clearTimeout(impatient));
  await closeStore();
}

async function listen(app: FastifyInstance, { port, host }: Config): Promise<void> {
  try {
    await app.listen({ port, host });
  } catch (error) {
    const { code } = Object(error) as { code?: unknown };
    if (code === 'EADDRINUSE') {
      throw new ConfigError(
        `Port ${port} of ${host} is in use; stop what uses it, or set PORT to another one.`,
      );
    }
    if (code === 'EACCES') throw new ConfigError(`Port ${port} may not be used by this user; set PORT.`);
    if (code === 'EADDRNOTAVAIL') throw new ConfigError(`${host} is no address of this machine; set HOST.`);
    throw error;
  }
}
