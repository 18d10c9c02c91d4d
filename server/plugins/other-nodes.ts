import { randomUUID } from 'node:crypto';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import type { RedisClient } from './redis.ts';

export interface OtherNodesOptions {
  readonly redis: RedisClient;
  /** The same for all nodes of one installation, and for nobody else on that Redis. */
  readonly channel: string;
  /** One line of another node, as it was told. */
  readonly hear: (line: string) => void;
  /** Something was told here or elsewhere that did not arrive; nobody knows what. */
  readonly onMissed: () => void;
  readonly log: FastifyBaseLogger;
}

/** Characters that wait while Redis takes its time; what goes beyond is not told, and healed by seq. */
const mostGathered = 8_000_000;
/** Characters published together: far below the 8 MB at which Redis ends a subscriber that is slow. */
const mostTogether = 500_000;
/** A stop waits so long for the last of it, the ends of running turns; a Redis that hangs would hold it for ever. */
const lastWordsMs = 1_000;
const missedLine = 'missed';

/**
 * Lets the nodes of one installation hear each other, over Redis' Pub/Sub (at most once,
 * https://redis.io/docs/latest/develop/pubsub/). Lines that are told while the ones before are on their way leave together:
 * a lone one goes in the same turn of the event loop, and the busier it gets the more share one command. Each node hears
 * itself as well, and passes that by unread.
 *
 * Nobody waits for it. What a connection loses is made up for: who could not tell says so once it can again, who could not
 * listen notices by itself, and both lead to `onMissed`.
 */
export function createOtherNodes({ redis, channel, hear, onMissed, log }: OtherNodesOptions) {
  const self = randomUUID();
  const gathered: string[] = [];
  let size = 0;
  let telling: Promise<void> | null = null;
  let isUntold = false;

  const takeTogether = (): string => {
    let [count, length] = [0, 0];
    while (count < gathered.length && (count === 0 || length < mostTogether)) {
      length += gathered[count]?.length ?? 0;
      count += 1;
    }
    size -= length;
    return gathered.splice(0, count).join('\n');
  };

  const tellGathered = async () => {
    await setImmediate();
    while (gathered.length > 0) {
      try {
        await redis.publish(channel, `${self}\n${takeTogether()}`);
      } catch (error) {
        isUntold = true;
        log.debug({ err: error }, 'not told to other nodes');
      }
    }
    telling = null;
  };

  const tell = (line: string): void => {
    if (!redis.isReady || size + line.length > mostGathered) {
      isUntold = true;
      return;
    }
    if (isUntold) {
      isUntold = false;
      tell(missedLine);
    }
    gathered.push(line);
    size += line.length;
    telling ??= tellGathered();
  };
  const tellMissed = () => {
    if (isUntold) tell(missedLine);
  };
  redis.on('ready', tellMissed);

  const listen = (message: string) => {
    if (message.startsWith(self)) return;
    for (const line of message.slice(self.length + 1).split('\n')) {
      if (line === missedLine) onMissed();
      else hear(line);
    }
  };
  const ears = redis.duplicate();
  let isSubscribed = false;
  ears.on('error', (error) => log.debug({ err: error }, 'not hearing other nodes'));
  // Ready again it has subscribed again: what was told in between went by.
  ears.on('ready', () => {
    if (isSubscribed) onMissed();
  });
  const listening = async () => {
    await ears.connect();
    await ears.subscribe(channel, listen);
    isSubscribed = true;
    onMissed();
  };
  listening().catch((error) => log.warn({ err: error }, 'not hearing other nodes'));

  return {
    /** @param line without a line break, as JSON is */
    tell,
    /** Whether this node can tell the others and hears them. */
    isLinked: () => redis.isReady && ears.isReady && isSubscribed,
    async close() {
      await Promise.race([telling, sleep(lastWordsMs, undefined, { ref: false })]);
      redis.off('ready', tellMissed);
      ears.destroy();
    },
  };
}
