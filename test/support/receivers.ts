import { createDecipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { PushSubscription } from '../../server/store/notifications.ts';

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Receiver {
  readonly origin: string;
  readonly received: readonly Received[];
  /** What it answers from now on. */
  answer(status: number): void;
  /** The same, looked up for each request; null: it never answers. */
  answerWith(choose: (request: Received) => number | null): void;
  close(): Promise<void>;
}

/** Keeps what it is sent, and answers with whatever status the test wants. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  let choose: (request: Received) => number | null = () => 200;
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const one = { path: request.url ?? '', headers: request.headers, body: Buffer.concat(parts) };
      received.push(one);
      const status = choose(one);
      if (status !== null) response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    origin: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    received,
    answer(status) {
      choose = () => status;
    },
    answerWith(next) {
      choose = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export interface Device {
  readonly subscription: PushSubscription;
  /** What a push message for this device says, as JSON. @throws when it is for another one */
  read(message: Buffer): Record<string, unknown>;
}

/** A browser's side of Web Push at this push service: keys of its own, and reading as RFC 8291 and 8188 say it. */
export function createDevice(serviceOrigin: string): Device {
  const own = createECDH('prime256v1');
  const publicKey = own.generateKeys();
  const auth = randomBytes(16);
  return {
    subscription: {
      endpoint: `${serviceOrigin}/push/${randomBytes(12).toString('hex')}`,
      keys: { p256dh: publicKey.toString('base64url'), auth: auth.toString('base64url') },
    },
    read(message) {
      const salt = message.subarray(0, 16);
      const keyLength = message.readUInt8(20);
      const theirKey = message.subarray(21, 21 + keyLength);
      const sealed = message.subarray(21 + keyLength);
      const derive = (secret: Buffer, from: Buffer, info: Buffer | string, length: number) =>
        Buffer.from(hkdfSync('sha256', secret, from, info, length));
      const info = Buffer.concat([Buffer.from('WebPush: info\0'), publicKey, theirKey]);
      const secret = derive(own.computeSecret(theirKey), auth, info, 32);
      const key = derive(secret, salt, 'Content-Encoding: aes128gcm\0', 16);
      const nonce = derive(secret, salt, 'Content-Encoding: nonce\0', 12);
      const decipher = createDecipheriv('aes-128-gcm', key, nonce);
      decipher.setAuthTag(sealed.subarray(-16));
      const padded = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
      return JSON.parse(padded.subarray(0, padded.lastIndexOf(2)).toString());
    },
  };
}
