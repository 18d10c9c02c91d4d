import type { AnswerFailure } from '../../protocol/conversation.ts';
import type { conversationText } from '../text/en/conversation.ts';

/** What the customer reads in place of an answer that failed; beside it stand "Try again" and the way to a person. */
export const failureLine = (
  failure: AnswerFailure | null,
  text: Pick<typeof conversationText, 'interrupted' | 'failed'>,
): string => (failure === 'interrupted' ? text.interrupted : text.failed);
