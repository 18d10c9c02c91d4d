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
  /** Something was told here or elsewhere that did not arrive; nobody knows what. May come often. */
  readonly onMissed: () => void;
  readonly log: FastifyBaseLogger;
}

/** Characters that wait while Redis takes its time; what goes beyond is not told, and healed by seq. */
const mostGathered = 8_000_000;
/** Characters in one command, so that none keeps Redis from its other work for long. */
const mostTogether = 500_000;
/** A stop waits so long for the last of it, the ends of running turns; a Redis that hangs would hold it for ever. */
const lastWordsMs = 1_000;
/** A Redis that does not let this node listen (a user without the right) is asked again. */
const listenAgainMs = 5_000;
const missedLine = 'missed';

/**
 * Lets the nodes of one installation hear each other, over Redis' Pub/Sub (at most once,
 * https://redis.io/docs/latest/develop/pubsub/). Lines that are told while the ones before are on their way leave together:
 * there is no timer, a lone one goes at once, and the busier it gets the more share one command. Each node hears itself as
 * well, and passes that by unread.
 *
 * Nobody waits for it. What a connection loses is made up for: who could not tell says so as soon as something gets through
 * again, who could not listen notices by itself, and both lead to `onMissed`.
 */
export function createOtherNodes({ redis, channel, hear, onMissed, log }: OtherNodesOptions) {
  const self = randomUUID();
  const voice = createVoice(redis, log, (lines) => redis.publish(channel, `${self}\n${lines}`));

  const listen = (message: string) => {
    if (message.startsWith(self)) return;
    for (const line of message.slice(self.length + 1).split('\n')) {
      try {
        if (line === missedLine) onMissed();
        else hear(line);
      } catch (error) {
        // Thrown on, it would take with it what else has arrived at the client.
        log.warn({ err: error }, 'news of another node not understood');
        onMissed();
      }
    }
  };
  const ears = openEars(redis, log, { channel, listen, onMissed });

  return {
    /** @param line without a line break, as JSON is */
    tell: voice.tell,
    /** Whether this node can tell the others and hears them. */
    isLinked: () => redis.isReady && ears.isListening(),
    async close() {
      await voice.close();
      ears.close();
    },
  };
}

function createVoice(
  redis: RedisClient,
  log: FastifyBaseLogger,
  publish: (lines: string) => Promise<unknown>,
) {
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
    // What else is told in this turn of the event loop goes along.
    await setImmediate();
    let isTold = true;
    while (gathered.length > 0) {
      try {
        await publish(takeTogether());
        isTold = true;
      } catch (error) {
        isTold = false;
        isUntold = true;
        log.debug({ err: error }, 'not told to other nodes');
      }
    }
    telling = null;
    // Not behind a failure: a Redis that refuses would be asked for ever.
    if (isTold) admit();
  };

  const say = (line: string) => {
    gathered.push(line);
    size += line.length;
    telling ??= tellGathered();
  };
  /** Says that some was not told, as soon as that can be. */
  const admit = () => {
    if (!isUntold || !redis.isReady) return;
    isUntold = false;
    say(missedLine);
  };
  redis.on('ready', admit);

  return {
    tell(line: string): void {
      if (!redis.isReady || size + line.length > mostGathered) {
        isUntold = true;
        return;
      }
      admit();
      say(line);
    },
    async close() {
      redis.off('ready', admit);
      await Promise.race([telling, sleep(lastWordsMs, undefined, { ref: false })]);
    },
  };
}

interface Ears {
  readonly channel: string;
  readonly listen: (message: string) => void;
  readonly onMissed: () => void;
}

/** A connection of its own: one that is subscribed can do nothing else. */
function openEars(redis: RedisClient, log: FastifyBaseLogger, { channel, listen, onMissed }: Ears) {
  const client = redis.duplicate();
  let isSubscribed = false;
  let isClosed = false;
  let again: NodeJS.Timeout | undefined;

  const subscribe = () => {
    clearTimeout(again);
    // Behind a lost connection the client has subscribed again by itself, once it has been subscribed.
    const subscribed = isSubscribed ? Promise.resolve() : client.subscribe(channel, listen);
    subscribed.then(
      () => {
        isSubscribed = true;
        // What was told before went by.
        onMissed();
      },
      (error) => {
        if (isClosed) return;
        log.warn({ err: error }, 'not hearing other nodes; tried again');
        again = setTimeout(() => client.isReady && subscribe(), listenAgainMs);
      },
    );
  };
  client.on('error', (error) => log.debug({ err: error }, 'not hearing other nodes'));
  client.on('ready', subscribe);
  const close = () => {
    isClosed = true;
    clearTimeout(again);
    client.destroy();
  };
  client.connect().then(
    // A connection that was being made when it was closed.
    () => isClosed && close(),
    (error) => isClosed || log.warn({ err: error }, 'not hearing other nodes'),
  );

  return { isListening: () => client.isReady && isSubscribed, close };
}
