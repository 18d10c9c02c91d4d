import type { WeakQuestionRow } from '../../protocol/weak-questions.ts';
import type { QuestionBook } from './question-book.ts';

/** Which form of a row is open. */
export type OpenForm = 'merge' | 'split' | 'decline' | 'guidance' | null;

/** What a row and its forms have from the list. */
export interface QuestionRowProps {
  readonly row: WeakQuestionRow;
  /** The greatest harm of the list: what the bar is drawn against. */
  readonly worst: number;
  readonly book: QuestionBook;
  readonly isOff: boolean;
  /** It is in the list no more, and nobody has asked yet to see the list as it is. */
  readonly isGone: boolean;
  readonly isOpen: boolean;
  readonly form: OpenForm;
  readonly meId: string;
  onToggle(): void;
  onForm(kind: NonNullable<OpenForm>): void;
  onLeave(): void;
  onMerged(into: string): void;
  onRead(conversationId: string): void;
}
