import { Decoder, Encoder, type Packet, PacketType } from 'socket.io-parser';

/**
 * socket.io's own packets, as text (protocol 5, https://socket.io/docs/v4/socket-io-protocol). Nothing that we send is
 * binary: socket.io's encoder looks through every object for that. And what goes to a conversation's customer and to its
 * agents alike, one object told in two namespaces, is written out once.
 */
class TextEncoder extends Encoder {
  #body: unknown = null;
  #json = '';

  override encode({ type, nsp, id, data }: Packet): string[] {
    const namespace = nsp === '/' ? '' : `${nsp},`;
    return [`${type}${namespace}${id ?? ''}${this.#jsonOf(type, data)}`];
  }

  #jsonOf(type: PacketType, data: unknown): string {
    if (data === undefined || data === null) return '';
    if (type !== PacketType.EVENT || !Array.isArray(data) || data.length !== 2) return JSON.stringify(data);
    const [event, body] = data;
    if (typeof body !== 'object' || body === null) return JSON.stringify(data);
    if (body !== this.#body) {
      this.#json = JSON.stringify(body);
      this.#body = body;
    }
    return `[${JSON.stringify(event)},${this.#json}]`;
  }
}

/** For socket.io's option `parser`. What is emitted must not be changed afterwards. */
export const textParser = { Encoder: TextEncoder, Decoder };
