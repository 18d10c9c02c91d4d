import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { type EmbeddedPostgres, openEmbeddedPostgres } from '../../server/store/embedded-postgres.ts';
import { templateVariable } from './template.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Admin address of a PostgreSQL in which every test makes its own database. */
    postgresUrl: string;
  }
}

/**
 * One PostgreSQL for all tests: TEST_DATABASE_URL, or one that is already running here, or the embedded one in a
 * folder of its own. Each test file makes and drops its own databases in it.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // The workers inherit it.
  const template = `handrail_test_template_${randomUUID().replaceAll('-', '').slice(0, 16)}`;
  process.env[templateVariable] = template;
  const given = process.env.TEST_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
  if (await answers(given)) {
    project.provide('postgresUrl', given);
    return () => dropTemplate(given, template);
  }
  if (process.env.TEST_DATABASE_URL !== undefined || process.env.CI === 'true') {
    throw new Error(`PostgreSQL is required and does not answer at ${given}`);
  }
  const dataDir = await mkdtemp(join(tmpdir(), 'handrail-test-'));
  // As root, PostgreSQL runs as a user of its own, who must be able to enter.
  await chmod(dataDir, 0o755);
  const embedded: EmbeddedPostgres = await openEmbeddedPostgres({ dataDir });
  const { host, port, user, password, database } = embedded.connection;
  const url = `postgres://${user}:${encodeURIComponent(password)}@localhost/${database}?host=${encodeURIComponent(host)}&port=${port}`;
  project.provide('postgresUrl', url);
  return async () => {
    await embedded.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
}

/** Of this run; the embedded PostgreSQL goes away as a whole. */
async function dropTemplate(connectionString: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    for (const one of [name, `${name}_unfinished`]) {
      await client.query(`drop database if exists ${one} with (force)`);
    }
  } finally {
    await client.end();
  }
}

async function answers(connectionString: string): Promise<boolean> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 2_000 });
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
