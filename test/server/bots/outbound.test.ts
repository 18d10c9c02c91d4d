import type { LookupAddress } from 'node:dns';
import { createServer, type RequestListener, type Server } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { loopbackRanges } from '../../../server/bots/addresses.ts';
import { BotError } from '../../../server/bots/bot-error.ts';
import { createOutbound, type Outbound, type OutboundSettings } from '../../../server/bots/outbound.ts';

const opened: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

/** A server on a free port of this machine that counts what it is asked. */
async function startServer(handle: RequestListener, at = { host: '127.0.0.1', port: 0 }) {
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(at.port, at.host, resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  opened.push(close);
  return { port, url: `http://${at.host}:${port}`, asked, close, server };
}

function outbound(settings: Partial<OutboundSettings> = {}): Outbound {
  const made = createOutbound({ allowPrivate: loopbackRanges, retryAfterMs: 1, ...settings });
  opened.push(made.close);
  return made;
}

const ask = (call: Outbound, url: string, more: Partial<Parameters<Outbound>[1]> = {}) =>
  call(url, { method: 'POST', headers: {}, body: '{}', signal: new AbortController().signal, ...more });
const failureOf = async (asked: Promise<unknown>) => {
  const error = await asked.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(BotError);
  return (error as BotError).failure;
};
const ok: RequestListener = (_request, response) => void response.end('ok');

/** A resolver that answers with the next of these lists each time it is asked. */
function resolver(...answers: string[][]): {
  lookup: NonNullable<OutboundSettings['lookup']>;
  asked: string[];
} {
  const asked: string[] = [];
  const lookup = (
    hostname: string,
    _options: object,
    done: (error: null, found: LookupAddress[]) => void,
  ) => {
    const found = answers[Math.min(asked.length, answers.length - 1)] ?? [];
    asked.push(hostname);
    done(
      null,
      found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  return { lookup: lookup as unknown as NonNullable<OutboundSettings['lookup']>, asked };
}

describe('the way out', () => {
  test.each([
    'http://127.0.0.1',
    'http://2130706433',
    'http://0x7f000001',
    'http://0177.0.0.1',
    'http://127.1',
    'http://0',
    'http://[::1]',
    'http://[::ffff:127.0.0.1]',
    'http://[::ffff:7f00:1]',
    'http://[::127.0.0.1]',
    'http://localhost',
    'http://①②⑦.⓪.⓪.①',
  ])('does not lead from %s to this machine', async (origin) => {
    const { port, asked } = await startServer(ok);
    expect(await failureOf(ask(outbound({ allowPrivate: [] }), `${origin}:${port}/`))).toBe('rejected');
    expect(asked).toEqual([]);
  });

  test('leads where the operator allows it', async () => {
    const { url, asked } = await startServer(ok);
    const response = await ask(outbound(), `${url}/a?b=c`, { headers: { 'x-y': 'z' } });
    expect(await response.text()).toBe('ok');
    expect(asked).toEqual(['POST /a?b=c']);
  });

  test('takes a name only if every one of its addresses may be called', async () => {
    const { port, asked } = await startServer(ok);
    const mixed = resolver(['8.8.8.8', '127.0.0.1']);
    const call = outbound({ allowPrivate: [], lookup: mixed.lookup });
    expect(await failureOf(ask(call, `http://mixed.example:${port}/`))).toBe('rejected');
    expect(asked).toEqual([]);
  });

  test('connects to the very address that was checked: the resolver is asked once a connection', async () => {
    const trap = await startServer(ok);
    const good = await startServer(
      (_request, response) => {
        response.setHeader('connection', 'close').end('good');
      },
      { host: '127.0.0.2', port: trap.port },
    );
    // Checked: 127.0.0.2, which is allowed here. Asked again, the name leads to 127.0.0.1, which is not.
    const rebinding = resolver(['127.0.0.2'], ['127.0.0.1']);
    const call = outbound({ allowPrivate: ['127.0.0.2'], lookup: rebinding.lookup });
    const address = `http://rebind.example:${trap.port}/`;
    expect(await (await ask(call, address)).text()).toBe('good');
    expect(rebinding.asked).toEqual(['rebind.example']);
    expect(await failureOf(ask(call, address))).toBe('rejected');
    expect([good.asked, trap.asked]).toEqual([['POST /'], []]);
  });

  test.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://127.0.0.1',
    '/elsewhere',
    'https://example.com/',
  ])('never follows a redirect, such as one to %s', async (target) => {
    const trap = await startServer(ok);
    for (const status of [301, 302, 303, 307, 308]) {
      const location = target === 'http://127.0.0.1' ? `${trap.url}/trap` : target;
      const bot = await startServer(
        (_request, response) => void response.writeHead(status, { location }).end(),
      );
      expect(await failureOf(ask(outbound(), bot.url))).toBe('rejected');
      expect(bot.asked).toEqual(['POST /']);
    }
    expect(trap.asked).toEqual([]);
  });

  test('ends an answer that is too large, without waiting for its end', async () => {
    const chatty = await startServer((_request, response) => {
      const write = (): void => {
        if (!response.destroyed) response.write('x'.repeat(10_000), write);
      };
      write();
    });
    const announced = await startServer(
      (_request, response) => void response.writeHead(200, { 'content-length': 9e9 }).flushHeaders(),
    );
    const call = outbound({ maxBytes: 100_000 });
    expect(await failureOf(ask(call, chatty.url).then((response) => response.text()))).toBe('too_large');
    expect(await failureOf(ask(call, chatty.url, { maxBytes: 10 }).then((response) => response.text()))).toBe(
      'too_large',
    );
    expect(await failureOf(ask(call, announced.url))).toBe('too_large');
  });

  test('takes no packed bodies: a small one could be a huge one', async () => {
    const { url } = await startServer((request, response) => {
      expect(request.headers['accept-encoding']).toBeUndefined();
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('?');
    });
    expect(await failureOf(ask(outbound(), url))).toBe('malformed');
  });

  test('says what went wrong', async () => {
    const call = outbound();
    const gone = await startServer(ok);
    await gone.close();
    expect(await failureOf(ask(call, gone.url))).toBe('unreachable');
    expect(await failureOf(ask(call, 'http://no-such-name.invalid/'))).toBe('unreachable');
    for (const status of [400, 401, 404, 429, 500, 503]) {
      const { url } = await startServer((_request, response) => void response.writeHead(status).end('words'));
      expect(await failureOf(ask(call, url)), String(status)).toBe('rejected');
    }
    const cut = await startServer((_request, response) => {
      response
        .writeHead(200, { 'content-length': 100 })
        .write('half', () => setImmediate(() => response.destroy()));
    });
    expect(await failureOf(ask(call, cut.url).then((response) => response.text()))).toBe('malformed');
  });

  test('closes the connection when it is aborted, and throws the reason', async () => {
    for (const begins of [false, true]) {
      const abort = new AbortController();
      const closed = Promise.withResolvers<void>();
      const { url } = await startServer((_request, response) => {
        response.once('close', closed.resolve);
        if (begins) response.write('half');
        setImmediate(() => abort.abort(new Error('moved on')));
      });
      const reading = ask(outbound(), url, { signal: abort.signal }).then((response) => response.text());
      await expect(reading).rejects.toThrow('moved on');
      await closed.promise;
    }
  });

  test('closes the connection when the reader stops early', async () => {
    const closed = Promise.withResolvers<void>();
    const { url } = await startServer((_request, response) => {
      response.once('close', closed.resolve);
      response.write('half');
    });
    const response = await ask(outbound(), url);
    await response.body?.cancel();
    await closed.promise;
  });

  test('tries once more where no connection was made, and then no more', async () => {
    const attempts: string[] = [];
    const lookup = ((name: string, _options: object, done: (error: Error) => void) => {
      attempts.push(name);
      done(Object.assign(new Error('again'), { code: 'EAI_AGAIN' }));
    }) as unknown as NonNullable<OutboundSettings['lookup']>;
    expect(await failureOf(ask(outbound({ lookup }), 'http://bot.example/'))).toBe('unreachable');
    expect(attempts).toHaveLength(2);
  });

  test('repeats a request that was cut off before a word only under a key that makes it harmless', async () => {
    let isFirst = true;
    const cutting: RequestListener = (request, response) => {
      if (isFirst) request.socket.destroy();
      else response.end('ok');
      isFirst = false;
    };
    const { url, asked } = await startServer(cutting);
    expect(await failureOf(ask(outbound(), url))).toBe('unreachable');
    expect(asked).toHaveLength(1);
    isFirst = true;
    const headers = { 'idempotency-key': 'one' };
    expect(await (await ask(outbound(), url, { headers })).text()).toBe('ok');
    expect(asked).toHaveLength(3);
  });

  test('reads a server that speaks no HTTP as malformed', async () => {
    const { server, url } = await startServer(ok);
    server.prependListener('connection', (socket) => void socket.end('220 mail.example ESMTP\r\n'));
    expect(['malformed', 'unreachable']).toContain(await failureOf(ask(outbound(), url)));
  });
});
