import {
  BrokenCircuitError,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhenResult,
  noJitterGenerator,
} from 'cockatiel';

export interface BreakerSettings {
  /** Outages in a row after which the bot is left alone. */
  readonly failures: number;
  /** How long at first, ms; doubled with each try that fails. */
  readonly waitMs: number;
}

/** The longest that a bot is left alone before one turn tries it again, ms: a bot that is back is soon found. */
const longestWaitMs = 120_000;

/** `fine`: it is there, whatever it said. `unclear`: the turn was stopped before anything came. */
export type Verdict = 'fine' | 'outage' | 'unclear';

export type BreakerState = 'closed' | 'half_open' | 'open';

export interface Breaker {
  readonly state: () => BreakerState;
  /**
   * Does the work, unless the bot is left alone now.
   * @returns whether it was done
   * @throws what the work throws
   */
  run(work: () => Promise<Verdict>): Promise<boolean>;
}

/**
 * Leaves a bot alone that is down, so that no customer waits for it in vain, and no crowd falls on it as it gets up.
 *
 * closed --outages in a row--> open --after a while--> half open: one turn tries --fine--> closed
 *                               ^----------outage, twice the wait-----------'
 */
export function createBreaker(
  { failures, waitMs }: BreakerSettings,
  onChange: (state: BreakerState) => void,
): Breaker {
  const policy = circuitBreaker(
    handleWhenResult((verdict) => verdict === 'outage'),
    {
      breaker: new ConsecutiveBreaker(failures),
      halfOpenAfter: new ExponentialBackoff({
        initialDelay: waitMs,
        maxDelay: Math.max(waitMs, longestWaitMs),
        generator: noJitterGenerator,
      }),
    },
  );
  policy.onStateChange((state) => onChange(nameOf(state)));

  return {
    state: () => nameOf(policy.state),
    async run(work) {
      // One turn is trying already; nobody else waits for what becomes of it.
      if (policy.state === CircuitState.HalfOpen) return false;
      let fault: { readonly error: unknown } | null = null;
      try {
        await policy.execute(async () => {
          const isTrial = policy.state === CircuitState.HalfOpen;
          const verdict = await work().catch((error: unknown): Verdict => {
            fault = { error };
            return 'unclear';
          });
          if (verdict !== 'unclear') return verdict;
          // A trial without a result has shown nothing; a turn without one says nothing for or against the bot.
          if (isTrial) return 'outage';
          throw new UnclearError();
        });
      } catch (error) {
        if (error instanceof BrokenCircuitError) return false;
        if (!(error instanceof UnclearError)) throw error;
      }
      if (fault !== null) throw (fault as { error: unknown }).error;
      return true;
    },
  };
}

/** Counts as neither success nor failure. */
class UnclearError extends Error {}

const nameOf = (state: CircuitState): BreakerState =>
  state === CircuitState.Closed ? 'closed' : state === CircuitState.HalfOpen ? 'half_open' : 'open';
