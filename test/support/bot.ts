import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { BotTurn } from '../../protocol/bot.ts';

export interface TestBot {
  readonly url: string;
  /** Every turn that it was asked, in order. */
  readonly asked: BotTurn[];
  readonly requests: IncomingMessage[];
  close(): Promise<void>;
}

export type BotBehaviour = (
  turn: BotTurn,
  response: ServerResponse,
  request: IncomingMessage,
) => void | Promise<void>;

/** A bot on a free port that does whatever the test wants. */
export async function startTestBot(behave: BotBehaviour): Promise<TestBot> {
  const asked: BotTurn[] = [];
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => {
      body += part;
    });
    request.on('end', () => {
      const turn = JSON.parse(body) as BotTurn;
      asked.push(turn);
      requests.push(Object.assign(request, { rawBody: body }));
      void behave(turn, response, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/reply`,
    asked,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export const sse = (response: ServerResponse) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  return {
    send: (event: string, data: unknown) =>
      response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
    end: () => response.end(),
  };
};

/** Says "You asked: <question>" in two pieces, with a source. */
export const echo: BotBehaviour = (turn, response) => {
  const stream = sse(response);
  stream.send('text', { text: 'You asked: ' });
  stream.send('text', { text: turn.text });
  stream.send('source', { title: 'Help', url: 'https://help.example/a' });
  stream.send('end', { outcome: 'answered' });
  stream.end();
};
