import { type ReadonlySignal, signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import type { AnswerItem, Feedback } from '../../browser/transcript-model.ts';
import type { Chat } from '../core/model.ts';
import type { ConversationText } from '../text/text.ts';
import type { AnswerFeedback } from '../ui/AnswerFeedback.tsx';
import { type Ui, UiContext } from '../ui/ui.ts';

/** The one answer of the small conversation that each pair of thumbs has for itself. */
const turn = 1;

/** The widget's own thumbs, reasons and comment, on an answer that stands in the page's chat. */
export function SidecarFeedback(props: {
  feedback: ReadonlySignal<Feedback | null>;
  parts: { AnswerFeedback: typeof AnswerFeedback; ui: Ui };
}) {
  const { AnswerFeedback: Thumbs, ui } = props.parts;
  const item: AnswerItem = {
    kind: 'answer',
    seq: turn,
    at: 0,
    turn,
    question: 0,
    state: 'answered',
    text: '',
    sources: [],
    failure: null,
    replies: [],
    feedback: props.feedback.value,
  };
  return (
    <UiContext.Provider value={ui}>
      <Thumbs item={item} isLast children={null} />
    </UiContext.Provider>
  );
}

/** As much of the panel's surroundings as the thumbs look at. */
export function feedbackUi(
  text: ConversationText,
  site: Chat['site'],
  giveFeedback: Chat['giveFeedback'],
): Ui {
  const nothing: ComponentType = () => null;
  const conversation = {
    About: nothing,
    Announcer: nothing,
    Conversation: nothing,
    Reachability: nothing,
    text,
  };
  return {
    chat: { outbox: signal([]), site, giveFeedback } as Pick<
      Chat,
      'outbox' | 'site' | 'giveFeedback'
    > as Chat,
    text,
    // Whether it is solved is asked where the question was answered: not here.
    standing: signal({ kind: 'asked' }),
    conversation: signal(conversation),
  } as Pick<Ui, 'chat' | 'text' | 'standing' | 'conversation'> as Ui;
}
