import type { Priority } from '../../protocol/handoff.ts';

/**
 * How long a customer is taken to have waited more than they have, ms. A head start and not a class of its own: who
 * waits longer than it goes before a newcomer of any priority, so that a run of urgent ones starves nobody. Only who had
 * a person and lost them goes before all others.
 */
export const headStartMs: Readonly<Record<Priority, number>> = {
  normal: 0,
  high: 10 * 60_000,
  first: 24 * 3_600_000,
};

/** By this the queue is ordered, epoch ms, earlier first: by arrival, and by the head start of the priority. */
export const queuedFrom = ({ since, priority }: { readonly since: number; readonly priority: Priority }) =>
  since - headStartMs[priority];
