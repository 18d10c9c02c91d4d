/** All durations of the chat, ms, in one place: they belong together, and tests shorten them. */
export interface Pace {
  /** How long the socket may be away before messages go over plain HTTP. */
  readonly socketGrace: number;
  /** First look over HTTP after the socket went away, and every further one. */
  readonly firstPoll: number;
  readonly poll: number;
  /** Spread back-off of everything that is tried again: doubles from the first to the longest. */
  readonly retry: number;
  readonly retryMost: number;
  /** The longest, about, while the server answers that it cannot right now. */
  readonly busyMost: number;
  readonly connect: number;
  readonly ack: number;
  readonly request: number;
  /** A connection that has been silent for longer is dead one way at least: the server pings every 15 s. */
  readonly silence: number;
  /** A server that forgets every customer gets a new one this often at most. */
  readonly renewal: number;
  /** Until every tab of the browser sees what one has written. */
  readonly storageSettles: number;
  /** How long a session of an earlier page is looked for in the database before a new one is made. */
  readonly restore: number;
  readonly draftKept: number;
  readonly typingSignal: number;
  readonly typingStops: number;
  readonly agentTypingStops: number;
  /** Another tab's head start with a question that it has sent, and a page without a bot's patience. */
  readonly followTab: number;
  readonly followBot: number;
  readonly botFirst: number;
  readonly botTotal: number;
  readonly chunk: number;
  /** How long what was said about a person's being there may stand. */
  readonly reachability: number;
}

export const pace: Pace = {
  socketGrace: 8_000,
  firstPoll: 2_000,
  poll: 4_000,
  retry: 1_000,
  retryMost: 30_000,
  busyMost: 3_000,
  connect: 10_000,
  ack: 10_000,
  request: 10_000,
  silence: 32_000,
  renewal: 30_000,
  storageSettles: 500,
  restore: 1_000,
  draftKept: 300,
  typingSignal: 2_000,
  typingStops: 4_000,
  agentTypingStops: 6_000,
  followTab: 500,
  followBot: 2_000,
  botFirst: 30_000,
  botTotal: 120_000,
  chunk: 80,
  reachability: 60_000,
};

/** The wait before the next try: half to one and a half times the doubling step, so that crowds spread. */
export const spread = ({ retry, retryMost }: Pace, failures: number): number =>
  Math.min(retryMost, retry * 2 ** Math.min(failures, 10) * (0.5 + Math.random()));
