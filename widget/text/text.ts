import type { conversationText } from './en/conversation.ts';
import type { filesText } from './en/files.ts';
import type { launcherText } from './en/launcher.ts';
import type { panelText } from './en/panel.ts';

/** The lines of the closed launcher, of the panel, and of the conversation in it, each loaded with what shows them. */
export type LauncherText = typeof launcherText;
export type PanelText = typeof panelText;
export type ConversationText = PanelText & typeof conversationText;

/** What is said beside a page's own chat before anything is loaded; the thumbs' names are those of the conversation. */
export type SidecarText = LauncherText & Partial<Text>;

/** Every line that the widget says. Replace any of them with the option `text`; a translation has them all. */
export type Text = LauncherText & ConversationText & typeof filesText;
