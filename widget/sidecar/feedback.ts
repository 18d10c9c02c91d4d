import { effect } from '@preact/signals';
import { h, render } from 'preact';
import type { Chat } from '../core/model.ts';
import type { ConversationText, Text } from '../text/text.ts';
import type { Opinions } from './opinions.ts';
import { feedbackUi, SidecarFeedback } from './SidecarFeedback.tsx';
import { sheetOf } from './sheet.ts';
import type { Thumb, ThumbsPlace } from './thumbs.ts';

/** The thumbs under the answers of the page's own chat, once the chat is loaded. */
export interface PageFeedback {
  /** Rejects if they cannot be loaded; the first thumbs stay then. */
  show(place: ThumbsPlace): Promise<void>;
  judge(place: ThumbsPlace, thumb: Thumb): Promise<void>;
  end(): void;
}

/** @param words the lines that say something else than the widget's */
export function createFeedback(chat: Chat, opinions: Opinions, words: Partial<Text>): PageFeedback {
  const places = new Set<ThumbsPlace>();
  let isToldOff = false;

  /** Only the browser of a bot in the page may say what that bot has answered. */
  const isForThumbs = () => {
    const site = chat.site.value;
    return site === null || site.bot === 'page';
  };
  const remove = (place: ThumbsPlace) => {
    render(null, place.beside.box);
    places.delete(place);
  };
  const refuse = (place: ThumbsPlace) => {
    remove(place);
    place.beside.host.remove();
    if (isToldOff) return;
    isToldOff = true;
    // In the console of whoever builds the page.
    reportError(
      new Error('Handrail: no thumbs under answers, because the bot of this site is not in the page.'),
    );
  };
  const stop = effect(() => {
    if (!isForThumbs()) for (const place of [...places]) refuse(place);
  });

  const show = async (place: ThumbsPlace) => {
    if (places.has(place)) return;
    const { AnswerFeedback, conversationCss, conversationText } = await import('../ui/conversation.ts');
    if (places.has(place)) return;
    places.add(place);
    if (!isForThumbs()) return refuse(place);
    const { box, root } = place.beside;
    const text = { ...conversationText, ...words } as ConversationText;
    const ui = feedbackUi(text, chat.site, ({ turn: _turn, ...said }) => opinions.give(place.target, said));
    const [first, ...own] = root.adoptedStyleSheets;
    root.adoptedStyleSheets = [...(first === undefined ? [] : [first]), sheetOf(conversationCss), ...own];
    box.replaceChildren();
    render(h(SidecarFeedback, { feedback: opinions.of(place.target), parts: { AnswerFeedback, ui } }), box);
  };

  return {
    show,
    async judge(place, thumb) {
      await show(place);
      const pressed = place.beside.box.querySelectorAll<HTMLElement>('.round')[thumb === 'up' ? 0 : 1];
      // It may have been pressed in an earlier visit, which was not to be seen yet.
      if (pressed?.ariaPressed === 'false') pressed.click();
      pressed?.focus();
    },
    end() {
      stop();
      for (const place of [...places]) remove(place);
    },
  };
}
