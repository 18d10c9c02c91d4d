import { uuidv7 } from 'uuidv7';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { rooms } from '../../server/plugins/realtime.ts';
import type { Site } from '../../server/store/sites.ts';
import type { Pace } from '../../widget/core/pace.ts';
import { createLive, type Live, type LiveOptions } from '../../widget/live/live.ts';
import { echo, startTestBot, type TestBot } from '../support/bot.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { quick } from './support/browser.ts';
import { createChats, type OpenChat } from './support/chats.ts';
import { answers, messages, until } from './support/until.ts';

let server: TestServer;
let bot: TestBot;
let site: Site;
const chats = createChats(() => ({ server: server.url, site: site.key }));

beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'));
  bot = await startTestBot(echo);
  site = await server.addSite({ kind: 'http', url: bot.url, secret: 'test secret' });
});
afterEach(() => chats.closeAll());
afterAll(async () => {
  await server.close();
  await bot.close();
});

/**
 * A line of which one direction can be cut without its socket noticing: it goes on looking connected.
 * `connects` counts how often one came about, `missed` what was not heard, `asking` questions without an answer.
 */
function oneWay(pace: Partial<Pace> = {}) {
  const line = { isDeaf: false, isMute: false, connects: 0, missed: 0, asking: 0 };
  const never = () => new Promise<never>(() => {});
  const deaf =
    <A extends unknown[]>(hear: (...args: A) => void) =>
    (...args: A) => {
      if (line.isDeaf) line.missed += 1;
      else hear(...args);
    };
  const loadLive = async () => ({
    createLive(options: LiveOptions): Live {
      let heardAt = 0;
      const { on } = options;
      const live = createLive({
        ...options,
        on: {
          facts: deaf(on.facts),
          'answer:chunk': deaf(on['answer:chunk']),
          head: deaf(on.head),
          typing: deaf(on.typing),
          'queue:place': deaf(on['queue:place']),
          'server:bye': deaf(on['server:bye']),
        },
        onConnected() {
          line.connects += 1;
          line.isDeaf = false;
          line.isMute = false;
          options.onConnected();
        },
      });
      const asked = async <R>(ask: () => Promise<R>): Promise<R> => {
        if (line.isMute) return never();
        line.asking += 1;
        const reply = await ask().finally(() => {
          line.asking -= 1;
        });
        return line.isDeaf ? never() : reply;
      };
      const inTime = <R>(reply: Promise<R>) =>
        Promise.race([
          reply,
          new Promise<never>((_, reject) =>
            setTimeout(reject, options.ackMs, new Error('operation has timed out')),
          ),
        ]);
      return {
        ...live,
        heardAt() {
          if (!line.isDeaf) heardAt = live.heardAt();
          return heardAt;
        },
        command: (name, body) => inTime(asked(() => live.command(name, body))),
        pull: (body) => inTime(asked(() => live.pull(body))),
      };
    },
  });
  return { line, surroundings: { loadLive, pace: { ...quick, ...pace } } };
}

/** As the same customer from another device, so that this chat learns of it from the server alone. */
async function sayElsewhere({ chat, tab }: OpenChat, text: string): Promise<void> {
  const { token } = JSON.parse(tab.store.get(`handrail/1/${server.url}/${site.key}/session`) ?? '{}');
  const { conversationId } = chat.transcript.value;
  const reply = await fetch(`${server.url}/v1/commands/message:send`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ cid: uuidv7(), conversationId, text }),
  });
  expect(reply.status).toBe(200);
}

describe('[D5] a line that is dead one way is noticed, whatever the socket says', () => {
  test('from the server: what was said meanwhile comes with the next connection', async () => {
    const { line, surroundings } = oneWay({ silence: 500 });
    const open = chats.open({ surroundings });
    const { chat } = open;
    chat.send('One');
    await until('the answer', () => answers(chat)[0]?.state === 'answered');
    await until('an empty outbox', () => chat.outbox.value.length === 0);
    line.isDeaf = true;
    const { connects } = line;
    await sayElsewhere(open, 'Said elsewhere');
    await until('healed', () => messages(chat).includes('Said elsewhere'));
    expect(line.connects).toBeGreaterThan(connects);
  });

  test('towards the server: a command without an answer connects anew and is carried out once', async () => {
    const { line, surroundings } = oneWay({ ack: 1_000 });
    const { chat } = chats.open({ surroundings });
    chat.start();
    await until('online', () => chat.connection.value === 'online');
    line.isMute = true;
    chat.send('Into the void');
    await until('the answer', () => answers(chat)[0]?.state === 'answered');
    expect(messages(chat)).toEqual(['Into the void']);
    expect(line.connects).toBeGreaterThan(1);
  });

  test('towards the server: a pull without an answer connects anew', async () => {
    const { line, surroundings } = oneWay({ ack: 1_000 });
    const open = chats.open({ surroundings });
    const { chat } = open;
    chat.send('One');
    await until('the answer', () => answers(chat)[0]?.state === 'answered');
    await until('an empty outbox', () => chat.outbox.value.length === 0);
    await expect.poll(() => line.asking, { timeout: 10_000 }).toBe(0);
    line.isDeaf = true;
    await sayElsewhere(open, 'Two');
    // Told a moment after it has been acknowledged.
    await expect.poll(() => line.missed, { timeout: 10_000 }).toBeGreaterThan(0);
    line.isDeaf = false;
    line.isMute = true;
    // The next fact shows the gap; the pull for it gets lost.
    await sayElsewhere(open, 'Three');
    await until('healed', () => messages(chat).length === 3);
    expect(messages(chat)).toEqual(['One', 'Two', 'Three']);
    expect(line.connects).toBeGreaterThan(1);
  });
});

test('[D5] facts that got lost on a line that looks alive are pulled as soon as a head tells of them', async () => {
  const { line, surroundings } = oneWay();
  const open = chats.open({ surroundings });
  const { chat } = open;
  chat.requestHuman();
  await until('waiting', () => chat.transcript.value.status === 'waiting');
  await until('an empty outbox', () => chat.outbox.value.length === 0);
  await expect.poll(() => line.asking, { timeout: 10_000 }).toBe(0);
  const { conversationId } = chat.transcript.value;
  line.isDeaf = true;
  await sayElsewhere(open, 'Lost');
  await expect.poll(() => line.missed, { timeout: 10_000 }).toBeGreaterThan(0);
  expect(messages(chat)).toEqual([]);
  line.isDeaf = false;
  const head = await server.store.conversations.head(conversationId);
  if (head === null) throw new Error('the server has no such conversation');
  server.app.realtime.customers
    .to(rooms.conversation(conversationId))
    .emit('head', { conversationId, seq: head.seq });
  await until('healed', () => messages(chat).includes('Lost'));
  expect(line.connects, 'on the same line').toBe(1);
});

describe('a page that comes to the front', () => {
  test('[D5] after a sleep connects anew', async () => {
    const { line, surroundings } = oneWay({ silence: 60_000 });
    const { chat, tab } = chats.open({ surroundings });
    chat.start();
    await until('online', () => chat.connection.value === 'online');
    tab.setVisible(false);
    const now = Date.now;
    Date.now = () => now() + 61_000;
    try {
      tab.setVisible(true);
    } finally {
      Date.now = now;
    }
    await until('a new connection', () => chat.connection.value === 'online' && line.connects === 2);
  });

  test('after a quick look at another tab does not', async () => {
    const { line, surroundings } = oneWay();
    const { chat, tab } = chats.open({ surroundings });
    chat.start();
    await until('online', () => chat.connection.value === 'online');
    for (let look = 0; look < 5; look++) {
      tab.setVisible(false);
      tab.setVisible(true);
    }
    expect(chat.connection.value).toBe('online');
    chat.send('Still the same line');
    await until('the answer', () => answers(chat)[0]?.state === 'answered');
    expect(line.connects).toBe(1);
  });
});
