/** What happened during a walk: counts and how long things took. */
export function createTally() {
  const counts = {
    customers: 0,
    questions: 0,
    answered: 0,
    unknown: 0,
    failed: 0,
    byPerson: 0,
    unanswered: 0,
    handoffsAsked: 0,
    handoffsSeen: 0,
    handoffsAccepted: 0,
    handoffsAnswered: 0,
    handoffsResolved: 0,
    acceptsLost: 0,
    feedback: 0,
    ratings: 0,
    resent: 0,
    reconnects: 0,
    broken: 0,
  };
  const times = {
    sendToAck: [] as number[],
    questionToEnd: [] as number[],
    askedToScreen: [] as number[],
    askedToAccepted: [] as number[],
  };
  /** Why customers or agents broke off, for the report. */
  const problems: string[] = [];
  return { counts, times, problems };
}
export type Tally = ReturnType<typeof createTally>;

/** The value below which a share of the samples lies (nearest rank), ms with one decimal; null without samples. */
export function percentile(samples: readonly number[], share: number): number | null {
  const sorted = [...samples].sort((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  return value === undefined ? null : Math.round(value * 10) / 10;
}
