import fp from 'fastify-plugin';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { RefusalError } from './errors.ts';

export interface Limits {
  /** A new anonymous customer from this address. */
  session(address: string): Promise<void>;
  /** One command or read of this customer. */
  command(customerId: string): Promise<void>;
  /** One command or read of this agent: many conversations at once are their work, a flood is not. */
  agent(agentId: string): Promise<void>;
  /** One file of this customer or agent. */
  file(senderId: string): Promise<void>;
  /** One try to change this agent's password: the current one must not be guessed. */
  password(agentId: string): Promise<void>;
  /** One try to prove who one is to change one's own second factor. */
  proof(agentId: string): Promise<void>;
  /** One try of an invitation's link from this address. */
  invitation(address: string): Promise<void>;
  /** One ephemeral signal; false when it is one too many and is to be dropped silently. */
  signal(callerId: string): Promise<boolean>;
}

declare module 'fastify' {
  interface FastifyInstance {
    limits: Limits;
  }
}

/** IPv6 customers own a whole /64: counting single addresses would count nothing. */
export function addressKey(address: string): string {
  if (!address.includes(':') || address.startsWith('::ffff:')) return address.replace('::ffff:', '');
  const [before = '', after] = (address.split('%')[0] ?? '').split('::');
  const groupsOf = (part = '') => part.split(':').filter((group) => group !== '');
  const left = groupsOf(before);
  const right = groupsOf(after);
  const zeros = Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0');
  return `${[...left, ...zeros, ...right].slice(0, 4).join(':')}::/64`;
}

/**
 * So many times in so many seconds for each key, in this process.
 * @throws RefusalError rate_limited, from the returned function; it says when to come back
 */
export function createLimit(points: number, seconds: number): (key: string) => Promise<void> {
  const limiter = new RateLimiterMemory({ points, duration: seconds });
  return async (key) => {
    try {
      await limiter.consume(key);
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      throw new RefusalError('rate_limited', { retryAfterMs: refused.msBeforeNext });
    }
  };
}

/** Keeps one caller from taking the service away from the others. Refusals say when to come back. */
export default fp<{ sessionsPerMinute: number; commandsPerTenSeconds: number }>(
  async (app, { sessionsPerMinute, commandsPerTenSeconds }) => {
    const sessions = createLimit(sessionsPerMinute, 60);
    const commands = createLimit(commandsPerTenSeconds, 10);
    const agents = createLimit(commandsPerTenSeconds * 10, 10);
    const files = createLimit(20, 60);
    const passwords = createLimit(5, 60);
    const proofs = createLimit(10, 5 * 60);
    const invitations = createLimit(30, 60);
    const signals = createLimit(commandsPerTenSeconds * 10, 10);

    app.decorate('limits', {
      session: (address) => sessions(addressKey(address)),
      command: (customerId) => commands(customerId),
      agent: (agentId) => agents(agentId),
      file: (senderId) => files(senderId),
      password: (agentId) => passwords(agentId),
      proof: (agentId) => proofs(agentId),
      invitation: (address) => invitations(addressKey(address)),
      signal: (callerId) =>
        signals(callerId).then(
          () => true,
          (error) => {
            if (error instanceof RefusalError) return false;
            throw error;
          },
        ),
    } satisfies Limits);
  },
  { name: 'limits' },
);
