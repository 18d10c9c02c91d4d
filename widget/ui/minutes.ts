/** A wait as it is told: in whole minutes, at least one. */
export const minutes = (ms: number) => Math.max(1, Math.round(ms / 60_000));
