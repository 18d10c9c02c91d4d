import type { AnswerFailure } from '../../protocol/conversation.ts';

/** A bot did not do its part. `failure` is what the transcript says; `detail` is for the operator's log. */
export class BotError extends Error {
  readonly failure: AnswerFailure;

  constructor(failure: AnswerFailure, detail: string) {
    super(`bot ${failure}: ${detail}`);
    this.failure = failure;
  }
}
