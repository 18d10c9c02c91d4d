/** What a running conversation needs beyond the first sight: one chunk, loaded once the panel is open. */
export { conversationText } from '../text/en/conversation.ts';
export { About } from './About.tsx';
export { Announcer } from './Announcer.tsx';
export { AnswerFeedback } from './AnswerFeedback.tsx';
export { Conversation } from './Conversation.tsx';
export { conversationCss } from './conversation-css.ts';
export { Reachability } from './Reachability.tsx';
