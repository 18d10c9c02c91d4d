/** One way in which agents learn of a customer who waits, and when: `afterMs` after the customer began to wait. */
export type NotifyStep =
  /** The devices on which the site's agents have switched notifications on. */
  | { readonly channel: 'push'; readonly afterMs: number }
  /** `to`: addresses, or the site's agents. */
  | { readonly channel: 'email'; readonly afterMs: number; readonly to: 'agents' | readonly string[] }
  /** `json` is signed with `secret` (docs/notifications.md); `slack` is what Slack's incoming webhooks take. */
  | {
      readonly channel: 'webhook';
      readonly afterMs: number;
      readonly url: string;
      readonly style: 'json' | 'slack';
      readonly secret: string;
    };
export type NotifyChannel = NotifyStep['channel'];

/** What a site does until somebody accepts. */
export interface NotifyPlan {
  readonly steps: readonly NotifyStep[];
  /** After the last step all of them come again, this long after it, ms. */
  readonly repeatMs: number;
  /** How often they come again at most. */
  readonly repeats: number;
  /** Whether messages hold the customer's question; without it they only say that somebody waits. */
  readonly showsTopic: boolean;
}

/** At once to devices, to mailboxes after a minute; then every ten minutes for an hour. */
export const defaultNotifyPlan: NotifyPlan = {
  steps: [
    { channel: 'push', afterMs: 0 },
    { channel: 'email', afterMs: 60_000, to: 'agents' },
  ],
  repeatMs: 10 * 60_000,
  repeats: 6,
  showsTopic: true,
};

export interface DueStep {
  /** Counted through all rounds: 0 is the first step of the first round. */
  readonly number: number;
  readonly step: NotifyStep;
  /** Epoch ms. */
  readonly dueAt: number;
}

/** The step with this number for a customer who waits since then; null behind the last. */
export function stepAt(
  { steps, repeatMs, repeats }: NotifyPlan,
  since: number,
  number: number,
): DueStep | null {
  const inOrder = [...steps].sort((a, b) => a.afterMs - b.afterMs);
  const last = inOrder.at(-1);
  const step = inOrder[number % inOrder.length];
  if (last === undefined || step === undefined) return null;
  const round = Math.floor(number / inOrder.length);
  if (round > repeats) return null;
  return { number, step, dueAt: since + round * (last.afterMs + repeatMs) + step.afterMs };
}

/**
 * The first step from `number` on that is still worth taking. Whoever was away for long (a server that stood still)
 * does not make up for every round: a step that is due once more by now is passed over.
 */
export function nextStep(plan: NotifyPlan, since: number, number: number, now: number): DueStep | null {
  for (let at = number; ; at++) {
    const due = stepAt(plan, since, at);
    if (due === null) return null;
    const again = stepAt(plan, since, at + plan.steps.length);
    if (again === null || again.dueAt > now) return due;
  }
}
