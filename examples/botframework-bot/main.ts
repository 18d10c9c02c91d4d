/**
 * A bot behind a small Direct Line 3.0, which Azure would be in front of a real one.
 *
 *   SECRET=… node examples/botframework-bot/main.ts
 *
 * SECRET (of the Direct Line channel, required), PORT (3978; 0 takes a free one), HOST (127.0.0.1).
 */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';

const { PORT = '3978', HOST = '127.0.0.1', SECRET = '' } = process.env;

if (SECRET === '') {
  console.error('SECRET is missing: set it to the secret that the site has for its bot.');
  process.exit(1);
}

interface Activity {
  readonly type: string;
  readonly id?: string;
  readonly from?: { readonly id: string };
  readonly name?: string;
  readonly text?: string;
  readonly value?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** Both sides of each conversation, and what people have decided in it. */
const logs = new Map<string, Activity[]>();
const decisions = new Map<string, string>();

function answer(conversation: string, { type, name, text = '', value }: Activity): Activity[] {
  if (type === 'event' && name === 'handrail.handback') decisions.set(conversation, value?.decision ?? '');
  if (type === 'event' && name === 'handoff.status') console.log('handoff', value);
  if (type !== 'message') return [];
  const say = (words: string, more: object = {}) => ({ type: 'message', text: words, ...more });
  const decision = decisions.get(conversation);
  if (/refund/i.test(text) && decision) return [say(`A colleague has decided: ${decision}`)];
  if (/refund/i.test(text)) {
    const actions = ['By card', 'By bank'].map((title) => ({ type: 'imBack', title, value: title }));
    const suggestedActions = { actions };
    return [
      say('Refunds take **five days**.'),
      say('How did you pay?', { suggestedActions, inputHint: 'expectingInput' }),
    ];
  }
  if (/complain/i.test(text)) {
    const reason = 'A complaint.';
    return [
      say('One moment.'),
      { type: 'event', name: 'handoff.initiate', value: { skill: 'complaints', reason } },
    ];
  }
  return [say('I know about refunds, and who to ask when you want to complain.')];
}

const server = createServer(async (request, response) => {
  let body = '';
  for await (const part of request.setEncoding('utf8')) body += part;
  const send = (status: number, value: object) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  if (request.headers.authorization !== `Bearer ${SECRET}`) return send(401, {});

  const url = new URL(request.url ?? '/', 'http://bot.example');
  if (request.method === 'POST' && url.pathname === '/conversations') {
    const conversationId = randomUUID();
    logs.set(conversationId, []);
    return send(201, { conversationId });
  }
  const [, conversation = ''] = /^\/conversations\/([^/]+)\/activities$/.exec(url.pathname) ?? [];
  const log = logs.get(conversation);
  if (log === undefined) return send(404, {});
  if (request.method === 'POST') {
    const asked: Activity = { ...JSON.parse(body), id: randomUUID() };
    const answers = answer(conversation, asked).map((activity) => ({
      ...activity,
      id: randomUUID(),
      from: { id: 'bot' },
      replyToId: asked.id,
    }));
    log.push(asked, ...answers);
    return send(200, { id: asked.id });
  }
  const watermark = Number(url.searchParams.get('watermark') ?? 0);
  return send(200, { activities: log.slice(watermark), watermark: String(log.length) });
});

server.listen(Number(PORT), HOST, () => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : PORT;
  console.log(`listening on http://${HOST}:${port}`);
});
