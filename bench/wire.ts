import { createHash, randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

/**
 * A socket.io client with nothing in it that a load generator does not need: WebSocket (RFC 6455) over a plain TCP
 * socket, engine.io 4 and socket.io 5 framing, answers by id. socket.io-client takes several times the CPU of the
 * server it is to measure; this one costs some microseconds a message, so that the server stays what is measured.
 */
export interface Wire {
  /** Emits an event whose body is given as JSON and calls `done` with the JSON array of the answer. */
  ask(event: string, json: string, done: (answer: string) => void): void;
  /** The same for one that is waited for; rejects when no answer comes, or the socket closes first. */
  request<T>(event: string, body: object): Promise<T>;
  emit(event: string, body: object): void;
  close(): void;
}

export interface WireOptions {
  /** Origin of the server, such as http://127.0.0.1:8080. */
  readonly url: string;
  /** '/customer', or '' for the nameless one. */
  readonly namespace: string;
  readonly auth: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** Every event of the server: `["name",body]` as JSON. */
  readonly onEvent: (json: string) => void;
  /** Events of this name alone; others are taken from the wire and not even decoded. */
  readonly only?: string;
  /** The socket has closed without `close` having been called. */
  readonly onLost: (why: string) => void;
}

/** A reader of many conversations fills it several times over in one turn; five thousand idle ones must fit, too. */
const readBytes = 16_384;
const answerWithinMs = 30_000;
const opcodes = { text: 1, close: 8, ping: 9, pong: 10 };
/** RFC 6455, 1.3: what proves that the other side speaks WebSocket. */
const webSocketGuid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** @throws Error with the refusal of the server as JSON, or why the connection failed */
export function openWire(options: WireOptions): Promise<Wire> {
  const { url, namespace, auth, headers = {}, onEvent, only, onLost } = options;
  const { hostname, port, host } = new URL(url);
  const prefix = namespace === '' ? '' : `${namespace},`;
  const packet = { connect: `40${prefix}`, event: `42${prefix}`, ack: `43${prefix}`, refused: `44${prefix}` };
  const anyEvent = Buffer.from(packet.event);
  const wanted = only === undefined ? anyEvent : Buffer.from(`${packet.event}["${only}"`);
  const asked = new Map<number, (answer: string) => void>();
  const unanswered = new Set<(why: string) => void>();
  let nextId = 0;
  let isClosed = false;

  return new Promise<Wire>((resolve, reject) => {
    const lost = (why: string) => {
      if (isClosed) return;
      isClosed = true;
      socket.destroy();
      for (const fail of unanswered) fail(why);
      reject(new Error(why));
      onLost(why);
    };
    const frames = createFrameReader((opcode, payload) => {
      if (opcode === opcodes.text) take(payload);
      else if (opcode === opcodes.ping) socket.write(frame(opcodes.pong, payload.toString()));
      else if (opcode === opcodes.close) lost('closed by the server');
    });
    const key = randomBytes(16).toString('base64');
    const accept = createHash('sha1')
      .update(key + webSocketGuid)
      .digest('base64');
    const upgrade = createUpgradeReader(accept, lost);
    let isUpgraded = false;
    const socket: Socket = connect({
      host: hostname,
      port: Number(port),
      noDelay: true,
      onread: {
        buffer: Buffer.allocUnsafe(readBytes),
        callback: (length, buffer) => {
          const bytes = buffer as Buffer;
          if (isUpgraded) frames(bytes, length);
          else {
            const rest = upgrade(bytes.subarray(0, length));
            isUpgraded = rest !== null;
            if (rest !== null && rest.length > 0) frames(rest, rest.length);
          }
          return true;
        },
      },
    });
    socket.on('error', (error) => lost(error.message));
    socket.on('close', () => lost('the connection closed'));

    const request = [
      'GET /v1/socket/?EIO=4&transport=websocket HTTP/1.1',
      `Host: ${host}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${key}`,
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ];
    socket.write(`${request.join('\r\n')}\r\n\r\n`);

    const sendText = (text: string) => void socket.write(frame(opcodes.text, text));
    const wire: Wire = {
      ask(event, json, done) {
        const id = nextId++;
        asked.set(id, done);
        sendText(`${packet.event}${id}["${event}",${json}]`);
      },
      request: (event, body) =>
        new Promise((answered, failed) => {
          const fail = (why: string) => {
            clearTimeout(timer);
            unanswered.delete(fail);
            failed(new Error(`${event} was not answered: ${why}`));
          };
          const timer = setTimeout(() => fail(`${answerWithinMs / 1_000} s are over`), answerWithinMs);
          unanswered.add(fail);
          wire.ask(event, JSON.stringify(body), (answer) => {
            clearTimeout(timer);
            unanswered.delete(fail);
            answered(JSON.parse(answer)[0]);
          });
        }),
      emit: (event, body) => sendText(`${packet.event}["${event}",${JSON.stringify(body)}]`),
      close() {
        isClosed = true;
        for (const fail of unanswered) fail('closed on this side');
        socket.end(frame(opcodes.close, ''));
      },
    };

    const answered = (text: string) => {
      const start = text.indexOf('[', packet.ack.length);
      const id = Number(text.slice(packet.ack.length, start));
      const done = asked.get(id);
      asked.delete(id);
      done?.(text.slice(start));
    };
    const take = (payload: Buffer) => {
      if (beginsWith(payload, anyEvent) && !beginsWith(payload, wanted)) return;
      const text = payload.toString();
      if (text.startsWith(packet.event)) onEvent(text.slice(packet.event.length));
      else if (text.startsWith(packet.ack)) answered(text);
      else if (text === '2') sendText('3');
      else if (text.startsWith('0')) sendText(packet.connect + JSON.stringify(auth));
      else if (text.startsWith(packet.connect)) resolve(wire);
      else if (text.startsWith(packet.refused)) lost(`refused: ${text.slice(packet.refused.length)}`);
      else lost(`the server said ${text.slice(0, 80)}`);
    };
  });
}

const beginsWith = (bytes: Buffer, start: Buffer): boolean =>
  bytes.length >= start.length && start.compare(bytes, 0, start.length) === 0;

/** Takes bytes until the answer to the upgrade is there. @returns what came behind it; null before */
function createUpgradeReader(accept: string, refuse: (why: string) => void) {
  let head = Buffer.alloc(0);
  return (bytes: Buffer): Buffer | null => {
    head = Buffer.concat([head, bytes]);
    const end = head.indexOf('\r\n\r\n');
    if (end === -1) return null;
    const text = head.toString('latin1', 0, end);
    if (text.startsWith('HTTP/1.1 101') && text.includes(accept)) return head.subarray(end + 4);
    refuse(`no upgrade: ${text.split('\r\n', 1)[0]}`);
    return null;
  };
}

/**
 * Cuts what arrives into whole frames. The bytes are only good during the call: their buffer is used again. A frame that
 * takes many calls is gathered in a buffer of its own, copied once: a client that collects garbage measures itself.
 */
function createFrameReader(onFrame: (opcode: number, payload: Buffer) => void) {
  let kept = Buffer.alloc(0);
  let keptLength = 0;
  const keep = (bytes: Buffer, from: number, to: number) => {
    const length = keptLength + to - from;
    if (length > kept.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(length, 2 * kept.length));
      kept.copy(larger, 0, 0, keptLength);
      kept = larger;
    }
    bytes.copy(kept, keptLength, from, to);
    keptLength = length;
  };
  /** @returns where the first byte is that belongs to no whole frame */
  const cut = (buffer: Buffer, end: number): number => {
    let at = 0;
    while (end - at >= 2) {
      const short = (buffer[at + 1] ?? 0) & 0x7f;
      const payload = at + (short === 127 ? 10 : short === 126 ? 4 : 2);
      if (payload > end) break;
      const size =
        short === 127
          ? Number(buffer.readBigUInt64BE(at + 2))
          : short === 126
            ? buffer.readUInt16BE(at + 2)
            : short;
      if (payload + size > end) break;
      onFrame((buffer[at] ?? 0) & 0x0f, buffer.subarray(payload, payload + size));
      at = payload + size;
    }
    return at;
  };
  return (bytes: Buffer, length: number): void => {
    if (keptLength === 0) {
      const at = cut(bytes, length);
      if (at < length) keep(bytes, at, length);
      return;
    }
    keep(bytes, 0, length);
    const at = cut(kept, keptLength);
    kept.copyWithin(0, at, keptLength);
    keptLength -= at;
  };
}

/** One masked frame, as a client must send it. The mask is no zero, which would spare the server its work. */
function frame(opcode: number, text: string): Buffer {
  const length = Buffer.byteLength(text);
  const head = length < 126 ? 6 : length < 65_536 ? 8 : 14;
  const buffer = Buffer.allocUnsafe(head + length);
  buffer[0] = 0x80 | opcode;
  if (head === 6) buffer[1] = 0x80 | length;
  else if (head === 8) {
    buffer[1] = 0x80 | 126;
    buffer.writeUInt16BE(length, 2);
  } else {
    buffer[1] = 0x80 | 127;
    buffer.writeBigUInt64BE(BigInt(length), 2);
  }
  const mask = 1 + Math.floor(Math.random() * 0xffff_fffe);
  buffer.writeUInt32BE(mask, head - 4);
  buffer.write(text, head);
  const [a = 0, b = 0, c = 0, d = 0] = buffer.subarray(head - 4, head);
  for (let at = head; at < buffer.length; at += 4) {
    // Writes behind the end of a typed array are ignored.
    buffer[at] = (buffer[at] ?? 0) ^ a;
    buffer[at + 1] = (buffer[at + 1] ?? 0) ^ b;
    buffer[at + 2] = (buffer[at + 2] ?? 0) ^ c;
    buffer[at + 3] = (buffer[at + 3] ?? 0) ^ d;
  }
  return buffer;
}
