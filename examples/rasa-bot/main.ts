/**
 * Stands in for a Rasa assistant: the same REST channel, with a few rules in place of a model.
 *
 *   node examples/rasa-bot/main.ts
 *
 * PORT (5005; 0 takes a free one), HOST (127.0.0.1), TOKEN (as in Rasa's `--auth-token`; none without it).
 */
import { createServer } from 'node:http';

const { PORT = '5005', HOST = '127.0.0.1', TOKEN = '' } = process.env;

/** What people have decided, by sender: Rasa would keep it in a slot. */
const decisions = new Map<string, string>();

function answer(sender: string, message: string): object[] {
  const [, entities] = /^\/handrail_handback(\{.*\})$/.exec(message) ?? [];
  if (entities !== undefined) {
    decisions.set(sender, JSON.parse(entities).handback_decision);
    return [];
  }
  const decision = decisions.get(sender);
  if (/refund/i.test(message) && decision) return [{ text: `A colleague has decided: ${decision}` }];
  if (/refund/i.test(message)) {
    const buttons = [
      { title: 'By card', payload: '/pay{"with":"card"}' },
      { title: 'By bank', payload: '/pay{"with":"bank"}' },
    ];
    return [{ text: 'Refunds take **five days**.' }, { text: 'How did you pay?', buttons }];
  }
  const [, paidWith] = /^\/pay\{"with":"(\w+)"\}$/.exec(message) ?? [];
  if (paidWith !== undefined) return [{ text: `Then it comes back to your ${paidWith}.` }];
  if (/complain/i.test(message)) {
    return [{ text: 'One moment.' }, { custom: { handoff: true, reason: 'A complaint.' } }];
  }
  return [{ text: 'I know about refunds, and who to ask when you want to complain.' }];
}

const server = createServer(async (request, response) => {
  const url = new URL(request.url ?? '/', 'http://rasa.example');
  if (request.method !== 'POST' || url.pathname !== '/webhooks/rest/webhook') {
    response.writeHead(404).end();
    return;
  }
  if (TOKEN !== '' && url.searchParams.get('token') !== TOKEN) {
    response.writeHead(401).end();
    return;
  }
  let body = '';
  for await (const part of request.setEncoding('utf8')) body += part;
  const { sender, message } = JSON.parse(body);
  const messages = answer(sender, message).map((one) => ({ recipient_id: sender, ...one }));
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(messages));
});

server.listen(Number(PORT), HOST, () => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : PORT;
  console.log(`listening on http://${HOST}:${port}/webhooks/rest/webhook`);
});
