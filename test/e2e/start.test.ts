import { chmod, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectCustomer } from '../support/clients.ts';
import { type HandrailProcess, startHandrail } from '../support/handrail-process.ts';

let dataDir: string;
let running: HandrailProcess | undefined;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'handrail-start-'));
  // As root, PostgreSQL runs as a user of its own, who must be able to enter.
  await chmod(dataDir, 0o755);
});
afterAll(async () => {
  await running?.end('SIGTERM');
  await rm(dataDir, { recursive: true, force: true });
});

const start = async () => {
  running = startHandrail({ HANDRAIL_DATA: dataDir });
  const [, url = ''] = await running.prints(/Demo page\s+(http:\/\/\S+)\/demo\//);
  const [, link = ''] = await running.prints(/(http:\/\/\S+magic-link\S+)/);
  return { url, link };
};

/** Name, size, time and text of what the server itself writes; PostgreSQL's own files change while it runs. */
async function serverFiles(): Promise<string[]> {
  const names = (await readdir(dataDir)).filter((name) => !name.startsWith('postgres')).sort();
  return Promise.all(
    names.map(async (name) => {
      const path = join(dataDir, name);
      const { size, mtimeMs, mode } = await stat(path);
      return `${name} ${size} ${mtimeMs} ${mode} ${await readFile(path, 'utf8')}`;
    }),
  );
}

describe('npm start', () => {
  test('prints addresses that work and a link that signs in once, and outlives kill -9', async () => {
    const first = await start();
    expect((await fetch(`${first.url}/demo/`)).status).toBe(200);
    expect((await fetch(`${first.url}/console/`)).status).toBe(200);
    expect((await fetch(`${first.url}/handrail.js`)).headers.get('content-type')).toContain('javascript');
    const signedIn = await fetch(first.link, { redirect: 'manual' });
    expect(signedIn.headers.get('location')).toMatch(/\/console\/$/);
    const cookie = signedIn.headers.getSetCookie()[0]?.split(';', 1)[0] ?? '';
    const me = await fetch(`${first.url}/v1/desk/me`, { headers: { cookie } });
    expect(await me.json()).toMatchObject({ name: 'Ana', hasPassword: false });
    const again = await fetch(first.link, { redirect: 'manual' });
    expect(again.headers.get('location')).toContain('error');

    const customer = await connectCustomer(first.url, 'pk_demo');
    const reply = await customer.send('message:send', { text: 'How do I activate my card?' });
    expect(reply).toMatchObject({ ok: true });
    const answer = await customer.until('answer.ended');
    expect(answer).toMatchObject({ outcome: 'answered', failure: null });
    customer.close();

    const before = await serverFiles();
    const second = startHandrail({ HANDRAIL_DATA: dataDir });
    expect(await second.ended()).toBe(1);
    expect(second.output()).toMatch(/already|in use|another/i);
    expect(second.output(), 'a message, not a stack trace').not.toMatch(/\n\s+at /);
    expect(await serverFiles(), 'a refused server changes nothing').toEqual(before);

    await running?.end('SIGKILL');
    const next = await start();
    const { session, conversationId } = customer;
    const back = await connectCustomer(next.url, 'pk_demo', { session, conversationId });
    expect(await back.until('answer.ended'), 'what was said is still there').toEqual(answer);
    back.close();
    expect(await running?.end('SIGTERM'), 'it stops in good order').toBe(0);
    running = undefined;
  });
});
