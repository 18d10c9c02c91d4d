import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Percentiles, percentiles } from './statistics.ts';
import type { Wire } from './wire.ts';

/**
 * Plays customers who write, each in a conversation of their own, and counts what comes of it. A message is done
 * once it is acknowledged to its sender and has been delivered to the reader on the other side; it is settled once
 * the sender's own copy has come as well. The same load is laid on every server that is compared.
 *
 * Two shapes. `saturate` is a closed loop: every conversation keeps `outstanding` messages under way, which finds
 * what a server can do. `pace` is an open loop: messages are due at fixed times, whatever the server does, and their
 * durations count from the time at which they were due, so that a server which stalls cannot hide it by keeping its
 * clients from asking (coordinated omission).
 */
export interface Load {
  /** Facts as a reader got them: `["facts",{…}]`. */
  received(reader: Reader, json: string): void;
  saturate(options: { outstanding: number; warmUpMs: number; ms: number } & Watched): Promise<Throughput>;
  pace(options: { perSecond: number; warmUpMs: number; ms: number } & Watched): Promise<Latency>;
  /** Messages that were acknowledged, since the start. */
  acknowledged(): number;
  /** What went wrong since the start; empty for a run that counts. */
  problems(): string[];
}

/** Who receives: the conversation's own customer, or the agent who watches it. */
export type Reader = 'customer' | 'agent';

export interface LoadConversation {
  readonly id: string;
  readonly customer: Wire;
}

/** Called when the part that counts begins and ends. */
interface Watched {
  readonly onBegin?: () => void;
  readonly onEnd?: () => void;
}

export interface Throughput {
  /** Messages done a second. */
  readonly perSecond: number;
}

export interface Latency {
  readonly perSecond: number;
  /** Until the sender had the acknowledgement. */
  readonly ack: Percentiles;
  /** Until the reader on the other side had the message. */
  readonly delivery: Percentiles;
  /** Until both. */
  readonly done: Percentiles;
  /** How late the client itself was: part of all of the above. */
  readonly lateness: Percentiles;
}

const tickMs = 1;
/** In one stage: some minutes at the speed of the fastest server. */
const mostMessages = 4_000_000;

export interface LoadOptions {
  /** Length of every message. */
  readonly textBytes: number;
  /**
   * Whether facts carry `after` and `through`: then each reader must get them without a gap; else the messages of a
   * conversation must come in the order in which they were sent.
   */
  readonly hasSeq: boolean;
  /** A server that has not brought everything by then has lost it; default 15 s. */
  readonly settleWithinMs?: number;
}

/**
 * @param conversations one sender each
 */
export function createLoad(
  conversations: readonly LoadConversation[],
  { textBytes, hasSeq, settleWithinMs = 15_000 }: LoadOptions,
): Load {
  const text = 'a message of a customer, as long as all the others, '.repeat(200).slice(0, textBytes);
  /** A UUIDv7 whose last group is the number of the message: found again without a table. */
  const cidPrefix = `${Date.now().toString(16).padStart(12, '0')}${randomBytes(8).toString('hex')}`.replace(
    /^(.{8})(.{4})(.{3})(.{3}).*$/,
    '$1-$2-7$3-8$4-',
  );
  const bodies = conversations.map(({ id }) => `","conversationId":"${id}","text":"${text}"}`);

  // One entry a message, by its number. Made once, outside of the heap: arrays that grow would be copied and collected
  // while they are to measure. What is not written to takes no memory.
  const conversationOf = new Uint32Array(mostMessages);
  const dueAt = new Float64Array(mostMessages);
  const lateMs = new Float64Array(mostMessages);
  const ackMs = new Float64Array(mostMessages);
  const deliveryMs = new Float64Array(mostMessages);
  const hasOwnCopy = new Uint8Array(mostMessages);
  let sent = 0;

  const last = { customer: conversations.map(() => -1), agent: conversations.map(() => -1) };
  const refusals = new Map<string, number>();
  let acknowledged = 0;
  let refused = 0;
  let delivered = 0;
  let copied = 0;
  let doubled = 0;
  let disordered = 0;
  let unknown = 0;
  let onDone: (message: number) => void = () => undefined;

  const send = (conversation: number, due: number) => {
    const message = sent;
    if (message === mostMessages)
      throw new Error(`more than ${mostMessages} messages: measure for less long`);
    sent += 1;
    conversationOf[message] = conversation;
    dueAt[message] = due;
    ackMs[message] = Number.NaN;
    deliveryMs[message] = Number.NaN;
    lateMs[message] = performance.now() - due;
    const cid = cidPrefix + message.toString(16).padStart(12, '0');
    const json = `{"cid":"${cid}${bodies[conversation]}`;
    conversations[conversation]?.customer.ask('message:send', json, (answer) => {
      if (!answer.startsWith('[{"ok":true')) {
        refused += 1;
        refusals.set(answer, (refusals.get(answer) ?? 0) + 1);
        return;
      }
      acknowledged += 1;
      ackMs[message] = performance.now() - due;
      if (!Number.isNaN(deliveryMs[message] ?? 0)) onDone(message);
    });
  };

  const take = (reader: Reader, message: number) => {
    if (reader === 'customer') {
      if (hasOwnCopy[message] === 1) doubled += 1;
      else copied += 1;
      hasOwnCopy[message] = 1;
      return;
    }
    if (!Number.isNaN(deliveryMs[message] ?? 0)) {
      doubled += 1;
      return;
    }
    delivered += 1;
    deliveryMs[message] = performance.now() - (dueAt[message] ?? 0);
    if (!Number.isNaN(ackMs[message] ?? 0)) onDone(message);
  };

  const numberBehind = (json: string, name: string) => {
    const at = json.indexOf(name);
    return at === -1 ? Number.NaN : Number.parseInt(json.slice(at + name.length, at + name.length + 12), 10);
  };

  const received = (reader: Reader, json: string) => {
    let conversation: number | undefined;
    for (let at = json.indexOf('"cid":"'); at !== -1; at = json.indexOf('"cid":"', at + 7)) {
      const cid = json.slice(at + 7, at + 43);
      const message = cid.startsWith(cidPrefix) ? Number.parseInt(cid.slice(24), 16) : sent;
      if (message >= sent) {
        unknown += 1;
        continue;
      }
      conversation = conversationOf[message] ?? 0;
      if (!hasSeq) {
        if (message <= (last[reader][conversation] ?? -1)) disordered += 1;
        last[reader][conversation] = message;
      }
      take(reader, message);
    }
    if (!hasSeq || conversation === undefined) return;
    const before = last[reader][conversation] ?? -1;
    if (before !== -1 && numberBehind(json, '"after":') !== before) disordered += 1;
    last[reader][conversation] = numberBehind(json, '"through":');
  };

  /** Waits until all that was sent is settled, or the time for it is over. */
  const settle = async () => {
    const until = performance.now() + settleWithinMs;
    const isSettled = () => {
      return acknowledged + refused === sent && delivered === acknowledged && copied === acknowledged;
    };
    while (!isSettled() && performance.now() < until) await sleep(10);
  };

  return {
    received,
    acknowledged: () => acknowledged,

    async saturate({ outstanding, warmUpMs, ms, onBegin, onEnd }) {
      let done = 0;
      let isOver = false;
      onDone = (message) => {
        done += 1;
        if (!isOver) send(conversationOf[message] ?? 0, performance.now());
      };
      for (let round = 0; round < outstanding; round += 1) {
        for (const index of conversations.keys()) send(index, performance.now());
      }
      await sleep(warmUpMs);
      const [doneBefore, begunAt] = [done, performance.now()];
      onBegin?.();
      await sleep(ms);
      const perSecond = ((done - doneBefore) / (performance.now() - begunAt)) * 1_000;
      onEnd?.();
      isOver = true;
      await settle();
      return { perSecond };
    },

    async pace({ perSecond, warmUpMs, ms, onBegin, onEnd }) {
      onDone = () => undefined;
      const first = sent;
      const begunAt = performance.now();
      const gapMs = 1_000 / perSecond;
      const total = Math.round((warmUpMs + ms) / gapMs);
      const warm = Math.round(warmUpMs / gapMs);
      for (let next = 0; next < total; ) {
        const isDue = () => next < total && begunAt + next * gapMs <= performance.now();
        for (; isDue(); next += 1) {
          if (next === warm) onBegin?.();
          send(next % conversations.length, begunAt + next * gapMs);
        }
        await sleep(tickMs);
      }
      onEnd?.();
      await settle();
      const counted = Array.from({ length: total - warm }, (_, index) => first + warm + index);
      // What was never acknowledged or delivered has no duration: it makes the run invalid, see `problems`.
      const of = (durations: (message: number) => number | undefined) =>
        percentiles(counted.map((message) => durations(message) ?? Number.NaN).filter((one) => one >= 0));
      return {
        perSecond,
        ack: of((message) => ackMs[message]),
        delivery: of((message) => deliveryMs[message]),
        done: of((message) => Math.max(ackMs[message] ?? Number.NaN, deliveryMs[message] ?? Number.NaN)),
        lateness: of((message) => lateMs[message]),
      };
    },

    problems() {
      const counts: [number, string][] = [
        [sent - acknowledged - refused, 'messages were never answered'],
        [refused, `messages were refused: ${[...refusals.keys()].slice(0, 3).join(' ')}`],
        [acknowledged - delivered, 'acknowledged messages did not reach the other side'],
        [acknowledged - copied, 'acknowledged messages did not come back to their sender'],
        [doubled, 'messages were delivered twice'],
        [disordered, 'deliveries were out of order or left a gap'],
        [unknown, 'deliveries were of messages that nobody had sent'],
      ];
      return counts.filter(([count]) => count !== 0).map(([count, what]) => `${count} ${what}`);
    },
  };
}
