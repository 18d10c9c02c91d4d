import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { createApp } from './app.ts';
import type { Config } from './config.ts';
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
    throw error;
  }
  return { store, close };
}

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
  try {
    const app = await createApp(config, store, logger);
    await app.listen({ port: config.port, host: config.host });
    const address = app.server.address();
    const port = typeof address === 'object' && address !== null ? address.port : config.port;
    const host = config.host === '0.0.0.0' || config.host === '::' ? 'localhost' : config.host;
    return {
      app,
      store,
      url: config.publicUrl ?? `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
      async close() {
        await app.close();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
