import type { ServerResponse } from 'node:http';
import { connectCustomer } from '../../support/clients.ts';
import type { TestServer } from '../../support/server.ts';
import { cutInto, type Dialect, type Exchange, startFakeBot } from './dialect.ts';
import type { Guest, HeardDialect, HeardPoint, Script, Stage } from './heard-contract.ts';

export const hastyLimits = { firstByteMs: 300 } as const;

/** A customer over the socket, for bots that are behind the server. */
export async function openGuest(server: TestServer, siteKey: string): Promise<Guest & { close(): void }> {
  const customer = await connectCustomer(server.url, siteKey);
  const done = async (sent: Promise<{ ok: boolean }>) => {
    const reply = await sent;
    if (!reply.ok) throw new Error(`refused: ${JSON.stringify(reply)}`);
  };
  return {
    conversationId: customer.conversationId,
    say: (text) => done(customer.send('message:send', { text })),
    askForPerson: () => done(customer.send('handoff:request', {})),
    close: customer.close,
  };
}

/** A dialect of the adapters' contract, heard through a server. */
export const heardOf = (dialect: Dialect): HeardDialect => ({
  name: dialect.name,
  cannot: dialect.cannot as Partial<Record<HeardPoint, string>>,
  async stage(server, hasLittleTime): Promise<Stage> {
    let script: Script = { does: 'fail', failure: 'rejected' };
    const rest = Promise.withResolvers<unknown>();
    const opened: (() => void)[] = [];
    const bot = await startFakeBot((exchange) => {
      const isQuestion = dialect.isQuestion?.(exchange) !== false;
      return perform(dialect, script, exchange, isQuestion, rest.resolve);
    });
    const site = await server.addSite(
      dialect.siteBot(bot.origin),
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
      },
    };
  },
});

async function perform(
  dialect: Dialect,
  script: Script,
  exchange: Exchange,
  isQuestion: boolean,
  onRest: (rest: unknown) => void,
): Promise<void> {
  const { request, response } = exchange;
  if (script.does === 'say') {
    if (script.cut !== undefined) cutInto(script.cut, response);
    return dialect.answer(script.said, exchange);
  }
  if (script.does === 'pause') {
    if (!isQuestion) return dialect.answer({ text: script.text }, exchange);
    response.once('close', onRest);
    holdBack(response, script.goOn);
    return dialect.answer({ text: script.text }, exchange);
  }
  if (script.failure === 'too_large') return dialect.answer({ text: 'x'.repeat(30_000) }, exchange);
  if (!isQuestion) return dialect.answer({ text: 'Yes.' }, exchange);
  if (script.failure === 'unreachable') request.socket.destroy();
  if (script.failure === 'rejected') response.writeHead(503).end('{}');
  if (script.failure === 'malformed')
    response.writeHead(200, { 'content-type': dialect.contentType }).end('42');
}

/** Lets the first two pieces out, which is as far as a bot that streams has come, and the others when it may go on. */
function holdBack(response: ServerResponse, goOn: Promise<void>): void {
  const [write, end] = [response.write.bind(response), response.end.bind(response)];
  let written = 0;
  response.write = (part: unknown) => {
    written += 1;
    if (written <= 2) return write(part);
    void goOn.then(() => write(part));
    return true;
  };
  response.end = (part?: unknown) => {
    void goOn.then(() => end(part));
    return response;
  };
}
