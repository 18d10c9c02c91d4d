import type { AnswerFailure } from '../../protocol/conversation.ts';

/** A bot did not do its part. `failure` is what the transcript says; `detail` is for the operator's log. */
export class BotError extends Error {
  readonly failure: AnswerFailure;
  /** What the bot's server answered with, where it was asked and refused. */
  readonly status: number | null;

  /** @param detail never holds words of a customer or a bot: it is logged */
  constructor(failure: AnswerFailure, detail: string, status: number | null = null) {
    super(`bot ${failure}: ${detail}`);
    this.failure = failure;
    this.status = status;
  }

  /** Whether the bot as a whole is in trouble, and not just this one answer: what the circuit breaker counts. */
  get isOutage(): boolean {
    if (this.failure === 'rejected') return this.status === 429 || (this.status ?? 0) >= 500;
    return this.failure === 'unreachable' || this.failure === 'timeout';
  }
}
