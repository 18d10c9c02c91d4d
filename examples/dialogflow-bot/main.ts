/**
 * Stands in for a Dialogflow CX agent: takes detectIntent-shaped requests, with a few rules in place of flows.
 *
 *   node examples/dialogflow-bot/main.ts
 *
 * PORT (8093; 0 takes a free one), HOST (127.0.0.1), TOKEN (expected as bearer token; none without it).
 */
import { createServer } from 'node:http';

const { PORT = '8093', HOST = '127.0.0.1', TOKEN = '' } = process.env;

const say = (text: string) => ({ text: { text: [text] } });
const chips = (...texts: string[]) => ({
  payload: { richContent: [[{ type: 'chips', options: texts.map((text) => ({ text })) }]] },
});

function answer(text: string, decision: string | undefined): { messages: object[]; isMatch: boolean } {
  const matched = (...messages: object[]) => ({ messages, isMatch: true });
  if (/refund/i.test(text) && decision) return matched(say(`A colleague has decided: ${decision}`));
  if (/refund/i.test(text)) {
    return matched(say('Refunds take **five days**.'), say('How did you pay?'), chips('By card', 'By bank'));
  }
  if (/^by (card|bank)$/i.test(text)) return matched(say('Then it comes back the same way.'));
  if (/complain/i.test(text)) {
    const metadata = { queue: 'complaints', reason: 'A complaint.' };
    return matched(say('One moment.'), { liveAgentHandoff: { metadata } });
  }
  return {
    messages: [say('I know about refunds, and who to ask when you want to complain.')],
    isMatch: false,
  };
}

const server = createServer(async (request, response) => {
  if (request.method !== 'POST') {
    response.writeHead(404).end();
    return;
  }
  if (TOKEN !== '' && request.headers.authorization !== `Bearer ${TOKEN}`) {
    response.writeHead(401).end();
    return;
  }
  let body = '';
  for await (const part of request.setEncoding('utf8')) body += part;
  const { queryInput, queryParams } = JSON.parse(body);
  const { messages, isMatch } = answer(queryInput.text.text, queryParams?.parameters?.handback_decision);
  const queryResult = {
    text: queryInput.text.text,
    languageCode: queryInput.languageCode,
    responseMessages: messages,
    match: { matchType: isMatch ? 'INTENT' : 'NO_MATCH' },
  };
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ queryResult }));
});

server.listen(Number(PORT), HOST, () => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : PORT;
  console.log(`listening on http://${HOST}:${port}/`);
});
