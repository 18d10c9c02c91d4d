/**
 * Stands in for an OpenAI-compatible endpoint: the same wire, with a few rules in place of a model.
 *
 *   node examples/openai-bot/main.ts
 *
 * PORT (8091; 0 takes a free one), HOST (127.0.0.1), API_KEY (asked for as a bearer token; none without it),
 * PACE_MS (20: pause between words).
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const { PORT = '8091', HOST = '127.0.0.1', API_KEY = '', PACE_MS = '20' } = process.env;
/** 40 lines of the longest answers, and their escapes. */
const maxBodyBytes = 8_000_000;

interface Request {
  readonly model: string;
  readonly stream?: boolean;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
}

interface Answer {
  readonly text: string;
  readonly call?: { readonly name: string; readonly arguments: object };
}

/** What a model would make of it. */
function answer({ messages }: Request): Answer {
  const question = messages.findLast(({ role }) => role === 'user')?.content ?? '';
  const system = messages.find(({ role }) => role === 'system')?.content ?? '';
  const [, decision] = /"decision":("(?:[^"\\]|\\.)*")/.exec(system) ?? [];
  if (/refund/i.test(question) && decision !== undefined) {
    return { text: `A colleague has decided: ${JSON.parse(decision)}` };
  }
  if (/refund/i.test(question)) return { text: 'Refunds take **five days**, to the card you paid with.' };
  if (/complain|person|human/i.test(question)) {
    const reason = `The customer wrote: ${question.slice(0, 200)}`;
    return { text: 'One moment, I get someone.', call: { name: 'handoff', arguments: { reason } } };
  }
  return { text: "I don't know that.", call: { name: 'dont_know', arguments: {} } };
}

async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'POST' || request.url !== '/v1/chat/completions')
    return refuse(response, 404, 'not_found');
  if (API_KEY !== '' && request.headers.authorization !== `Bearer ${API_KEY}`) {
    return refuse(response, 401, 'invalid_api_key');
  }
  const asked = await bodyOf(request);
  if (asked === null) return refuse(response, 400, 'invalid_request_error');
  const said = answer(asked);
  const common = { id: 'chatcmpl-1', created: Math.floor(Date.now() / 1_000), model: asked.model };
  const tool_calls =
    said.call === undefined
      ? undefined
      : [
          {
            index: 0,
            id: 'call_1',
            type: 'function',
            function: { name: said.call.name, arguments: JSON.stringify(said.call.arguments) },
          },
        ];
  const finish_reason = tool_calls === undefined ? 'stop' : 'tool_calls';
  if (asked.stream !== true) {
    const message = { role: 'assistant', content: said.text, tool_calls };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({
        ...common,
        object: 'chat.completion',
        choices: [{ index: 0, message, finish_reason }],
      }),
    );
    return;
  }
  const send = (delta: object, reason: string | null = null) => {
    const choices = [{ index: 0, delta, finish_reason: reason }];
    response.write(`data: ${JSON.stringify({ ...common, object: 'chat.completion.chunk', choices })}\n\n`);
  };
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  send({ role: 'assistant', content: '' });
  for (const word of said.text.match(/\S+\s*/g) ?? []) {
    // The customer has moved on: no more work for this answer.
    if (response.destroyed) return;
    send({ content: word });
    await sleep(Number(PACE_MS));
  }
  if (tool_calls !== undefined) send({ tool_calls });
  send({}, finish_reason);
  response.end('data: [DONE]\n\n');
}

/** @returns null for what is no such request */
async function bodyOf(request: IncomingMessage): Promise<Request | null> {
  let body = '';
  for await (const part of request.setEncoding('utf8')) {
    body += part;
    if (body.length > maxBodyBytes) return null;
  }
  try {
    const { model, stream, messages }: Partial<Request> = JSON.parse(body) ?? {};
    return Array.isArray(messages) ? { model: model ?? '', stream: stream === true, messages } : null;
  } catch {
    return null;
  }
}

function refuse(response: ServerResponse, status: number, type: string): void {
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  response.end(JSON.stringify({ error: { message: 'See examples/openai-bot/main.ts.', type } }));
}

const server = createServer((request, response) => {
  respond(request, response).catch((error: unknown) => {
    console.error(error);
    response.destroy();
  });
});

server.listen(Number(PORT), HOST, () => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : PORT;
  console.log(`listening on http://${HOST}:${port}/v1`);
});
