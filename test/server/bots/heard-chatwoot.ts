import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import type { TestServer } from '../../support/server.ts';
import { type Exchange, type Said, startFakeBot } from './dialect.ts';
import { hastyLimits, openGuest } from './heard-called.ts';
import type { Script, Stage } from './heard-contract.ts';

/** A bot written for Chatwoot: it acknowledges the webhook, and answers through our API when it likes. */
export async function stageChatwoot(server: TestServer, hasLittleTime: boolean): Promise<Stage> {
  const token = randomUUID();
  let script: Script = { does: 'fail', failure: 'rejected' };
  const rest = Promise.withResolvers<unknown>();
  const opened: (() => void)[] = [];
  /** What our API must not have said to this bot. */
  const refused: unknown[] = [];

  const post = (number: number, path: string, body: object, cut?: number) =>
    postInPieces(`${server.url}/api/v1/accounts/1/conversations/${number}/${path}`, token, body, cut);
  const say = async (number: number, said: Said, cut?: number) => {
    const replies = [
      ...(said.text === undefined ? [] : [await post(number, 'messages', messageOf(said), cut)]),
      ...(said.handoff === undefined
        ? []
        : [await post(number, 'toggle_status', { status: 'open', reason: said.handoff })]),
    ];
    refused.push(...replies.filter(({ status }) => status !== 200));
  };
  const answer = async ({ request: { socket }, response, body }: Exchange) => {
    const { event, conversation } = JSON.parse(body) as { event: string; conversation: { id: number } };
    if (event !== 'message_created' || script.does !== 'fail') response.end('{}');
    if (event !== 'message_created') return;
    if (script.does === 'say') await say(conversation.id, script.said, script.cut);
    else if (script.does === 'pause') {
      await script.goOn;
      const { status } = await post(conversation.id, 'messages', { content: script.text });
      rest.resolve(status);
    } else if (script.failure === 'unreachable') socket.destroy();
    else if (script.failure === 'rejected') response.writeHead(503).end('{}');
    // Acknowledged, and never answered.
    else response.end('{}');
  };

  const bot = await startFakeBot(answer);
  const site = await server.addSite(
    { kind: 'chatwoot', url: bot.origin, token, secret: 's' },
    hasLittleTime ? { limits: hastyLimits } : {},
  );
  return {
    site,
    told: bot.bodies,
    rest: rest.promise,
    play(next) {
      script = next;
    },
    async open() {
      const guest = await openGuest(server, site.key);
      opened.push(guest.close);
      return guest;
    },
    async close() {
      for (const close of opened) close();
      await bot.close();
      if (refused.length > 0) throw new Error(`our API refused the bot: ${JSON.stringify(refused)}`);
    },
  };
}

/** A message as Chatwoot has it: choices are a kind of message, and so are articles. */
function messageOf({ text, sources, quickReplies }: Said): object {
  const articles = sources?.map(({ title, url }) => ({ title, link: url }));
  const choices = quickReplies?.map((title) => ({ title, value: title }));
  if (articles !== undefined)
    return { content: text, content_type: 'article', content_attributes: { items: articles } };
  if (choices !== undefined)
    return { content: text, content_type: 'input_select', content_attributes: { items: choices } };
  return { content: text, message_type: 'outgoing' };
}

/** @param size bytes of the body in each packet; left out: all at once */
function postInPieces(
  url: string,
  token: string,
  body: object,
  size?: number,
): Promise<{ status: number; text: string }> {
  const bytes = Buffer.from(JSON.stringify(body));
  return new Promise((resolve, reject) => {
    const headers = {
      api_access_token: token,
      'content-type': 'application/json',
      'content-length': bytes.length,
    };
    const sent = request(url, { method: 'POST', headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.once('error', reject);
    const send = async () => {
      for (let from = 0; from < bytes.length; from += size ?? bytes.length)
        await new Promise((done) => sent.write(bytes.subarray(from, from + (size ?? bytes.length)), done));
      sent.end();
    };
    send().catch(reject);
  });
}
