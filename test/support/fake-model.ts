import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as textOf } from 'node:stream/consumers';

interface Asked {
  readonly authorization: string | undefined;
  readonly body: {
    readonly model: string;
    readonly messages: readonly { readonly role: string; readonly content: string }[];
  };
}

/** An OpenAI-compatible chat model that says what a test wants; "yes" at first. */
export interface FakeModel {
  /** Up to `/v1`. */
  readonly url: string;
  readonly asked: Asked[];
  says(content: string): void;
  answers(status: number, body: string): void;
  hangs(): void;
  close(): Promise<void>;
}

export async function startFakeModel(): Promise<FakeModel> {
  const asked: Asked[] = [];
  const completion = (content: string) => JSON.stringify({ choices: [{ message: { content } }] });
  let answer: { status: number; body: string } | null = { status: 200, body: completion('yes') };
  const server = createServer((request, response) => {
    void textOf(request).then((body) => {
      asked.push({ authorization: request.headers.authorization, body: JSON.parse(body) });
      if (answer === null) return;
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    asked,
    says(content) {
      answer = { status: 200, body: completion(content) };
    },
    answers(status, body) {
      answer = { status, body };
    },
    hangs() {
      answer = null;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
