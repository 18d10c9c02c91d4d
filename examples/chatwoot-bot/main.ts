/**
 * A bot written for Chatwoot, as an AgentBot: it gets webhooks, and answers through the API. It knows nothing of
 * Handrail but the address and the token, which stand where Chatwoot's would.
 *
 *   API_TOKEN=… node examples/chatwoot-bot/main.ts
 *
 * API_URL (http://127.0.0.1:3000), API_TOKEN (required), PORT (8094; 0 takes a free one), HOST (127.0.0.1).
 */
import { createServer } from 'node:http';

const { PORT = '8094', HOST = '127.0.0.1', API_URL = 'http://127.0.0.1:3000', API_TOKEN = '' } = process.env;

if (API_TOKEN === '') {
  console.error("API_TOKEN is missing: set it to the token of the site's bot.");
  process.exit(1);
}

async function post(path: string, body: object): Promise<void> {
  const response = await fetch(`${API_URL}/api/v1/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', api_access_token: API_TOKEN },
    body: JSON.stringify(body),
  });
  // 409: a person has taken over meanwhile, and our answer is not wanted any more.
  if (!response.ok) console.error(`${path}: ${response.status} ${await response.text()}`);
}

async function onMessage({ content, account, conversation }: Message): Promise<void> {
  const place = `accounts/${account.id}/conversations/${conversation.id}`;
  const say = (text: string, more: object = {}) =>
    post(`${place}/messages`, { content: text, message_type: 'outgoing', ...more });
  const decision = conversation.custom_attributes?.handback_decision;

  if (/refund/i.test(content) && decision) return say(`A colleague has decided: ${decision}`);
  if (/refund/i.test(content)) {
    await say('Refunds take **five days**.');
    const items = ['By card', 'By bank'].map((title) => ({ title, value: title }));
    return say('How did you pay?', { content_type: 'input_select', content_attributes: { items } });
  }
  if (/complain/i.test(content)) {
    await say('One moment.');
    return post(`${place}/toggle_status`, { status: 'open' });
  }
  return say('I know about refunds, and who to ask when you want to complain.');
}

interface Message {
  readonly content: string;
  readonly account: { readonly id: number };
  readonly conversation: {
    readonly id: number;
    readonly status: string;
    readonly custom_attributes?: { readonly handback_decision?: string };
  };
}

const server = createServer(async (request, response) => {
  let body = '';
  for await (const part of request.setEncoding('utf8')) body += part;
  response.end();
  const event = JSON.parse(body);
  const isQuestion = event.event === 'message_created' && event.message_type === 'incoming';
  if (!isQuestion || event.conversation.status !== 'pending') return;
  await onMessage(event).catch((error) => console.error(error));
});

server.listen(Number(PORT), HOST, () => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : PORT;
  console.log(`listening on http://${HOST}:${port}/`);
});
