import { createHmac, timingSafeEqual } from 'node:crypto';
import fp from 'fastify-plugin';

/** What a link's token says; nothing of it counts before `proves` has said yes. */
export interface ContinueLink {
  readonly conversationId: string;
  readonly isExpired: boolean;
  /** Whether we made it, for a letter to this address. */
  proves(email: string): boolean;
}

export interface ContinueLinks {
  /** The token of a link in a letter to this address: whoever opens it goes on with this conversation. */
  sign(conversationId: string, email: string, now: number): string;
  /** null for what can be no token of ours. */
  read(token: string, now: number): ContinueLink | null;
}

declare module 'fastify' {
  interface FastifyInstance {
    continueLinks: ContinueLinks;
  }
}

/** How long a link can be opened. */
export const linkDays = 14;
const idBytes = 16;
const bodyBytes = idBytes + 4;
const macBytes = 32;

/**
 * Signed tokens for links in e-mails (docs/identity.md): conversation, end and a MAC, 52 bytes. Nothing is kept of
 * them. They end with the conversation, and when the customer leaves another address: the address is under the MAC, and
 * is compared with the one that the conversation has at that time.
 */
export default fp<{ secret: string }>(
  async (app, { secret }) => {
    // A key for this purpose alone: what signs sessions must never be taken for a link, nor the other way round.
    const key = createHmac('sha256', secret).update('handrail continue link 1').digest();
    const macOf = (body: Buffer, email: string) =>
      createHmac('sha256', key).update(body).update(email).digest();

    app.decorate('continueLinks', {
      sign(conversationId, email, now) {
        const body = Buffer.alloc(bodyBytes);
        body.write(conversationId.replaceAll('-', ''), 'hex');
        body.writeUInt32BE(Math.floor(now / 1_000) + linkDays * 86_400, idBytes);
        return Buffer.concat([body, macOf(body, email)]).toString('base64url');
      },
      read(token, now) {
        const bytes = Buffer.from(token, 'base64url');
        if (bytes.length !== bodyBytes + macBytes) return null;
        const body = bytes.subarray(0, bodyBytes);
        const hex = body.toString('hex', 0, idBytes);
        return {
          conversationId: hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
          isExpired: body.readUInt32BE(idBytes) * 1_000 <= now,
          proves: (email) => timingSafeEqual(bytes.subarray(bodyBytes), macOf(body, email)),
        };
      },
    } satisfies ContinueLinks);
  },
  { name: 'continue-links' },
);
