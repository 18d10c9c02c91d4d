import fc from 'fast-check';
import { Encoder, PacketType } from 'socket.io-parser';
import { expect, test } from 'vitest';
import { textParser } from '../../server/plugins/packets.ts';

const body = fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue()), fc.jsonValue());
const packet = (bodies: readonly unknown[]) =>
  fc.record({
    type: fc.constantFrom(PacketType.EVENT, PacketType.ACK),
    nsp: fc.constantFrom('/', '/customer', '/desk'),
    id: fc.option(fc.nat(), { nil: undefined }),
    data: fc.oneof(
      // One and the same object again and again, as where a fact is told to both sides.
      fc.tuple(fc.string(), fc.constantFrom(...bodies)),
      fc.array(fc.constantFrom(...bodies), { maxLength: 3 }),
    ),
  });

test('packets are written as socket.io’s own encoder writes them, also when one body goes out several times', () => {
  const runs = fc
    .array(body, { minLength: 1, maxLength: 4 })
    .chain((bodies) => fc.array(packet(bodies), { minLength: 1, maxLength: 12 }));
  fc.assert(
    fc.property(runs, (packets) => {
      const [ours, theirs] = [new textParser.Encoder(), new Encoder()];
      for (const one of packets) expect(ours.encode(one)).toEqual(theirs.encode({ ...one }));
    }),
  );
  const connect = { type: PacketType.CONNECT, nsp: '/customer', data: { sid: 'x' } };
  const refused = { type: PacketType.CONNECT_ERROR, nsp: '/desk', data: { message: 'no', data: {} } };
  for (const one of [connect, refused, { type: PacketType.DISCONNECT, nsp: '/desk' }]) {
    expect(new textParser.Encoder().encode(one)).toEqual(new Encoder().encode(one));
  }
});
