import pg from 'pg';
import { Compile } from 'typebox/compile';
import { expect } from 'vitest';
import { Problem, type RefusalCode, refusals } from '../../protocol/errors.ts';

export const noLimits = { sessionsPerMinute: 1_000_000, commandsPerTenSeconds: 1_000_000 } as const;

export const json = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

const isProblem = Compile(Problem);

/** The response is a refusal with this code, as problem+json, and says nothing of our insides. */
export async function expectProblem(response: Response, code: RefusalCode): Promise<void> {
  const text = await response.text();
  expect.soft(response.headers.get('content-type'), text).toMatch(/^application\/problem\+json/);
  const problem: unknown = JSON.parse(text);
  expect.soft(problem).toMatchObject({ code, status: refusals[code].status });
  expect.soft(response.status).toBe(refusals[code].status);
  expect.soft(isProblem.Check(problem), text).toBe(true);
  expect.soft(text).not.toMatch(/at \w+ \(|node_modules|select |postgres/i);
}

/** How many rows each table has, and how far the conversations have come: equal if nothing has changed. */
export async function contentsOf(databaseUrl: string): Promise<Record<string, number>> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    // The search index, the insights and the weak questions are filled a moment behind what was said before.
    const tables = await client.query(
      `select tablename as name from pg_tables where schemaname = 'public' and tablename !~ '^(search|insight|weak)_'`,
    );
    const counts: Record<string, number> = {};
    for (const { name } of tables.rows) {
      const { rows } = await client.query(`select count(*)::int as rows from "${name}"`);
      counts[name] = rows[0].rows;
    }
    const { rows } = await client.query(`select coalesce(sum(seq), 0)::int as seq from conversations`);
    return { ...counts, seq: rows[0].seq };
  } finally {
    await client.end();
  }
}

/** Runs one statement on a server's database: for what no command can bring about. */
export async function inDatabase(databaseUrl: string, statement: string, values: unknown[] = []) {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return (await client.query(statement, values)).rows;
  } finally {
    await client.end();
  }
}
