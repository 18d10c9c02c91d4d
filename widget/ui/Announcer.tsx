import { computed, effect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Transcript } from '../../browser/transcript.ts';
import type { ConversationText } from '../text/text.ts';
import { newsOf } from './news.ts';
import { type Ui, useText, useUi } from './ui.ts';

/** A place in the line is told at most this often. */
const placeEveryMs = 30_000;

/**
 * Tells screen readers what is new, once and when it is whole: the conversation itself is no live region, because
 * streaming text in one is read out word by word, and a reload would read all of it.
 */
export function Announcer() {
  const ui = useUi();
  const text = useText();
  useEffect(() => announceNews(ui, text), [ui, text]);
  useEffect(() => announcePlace(ui, text), [ui, text]);
  return null;
}

function announceNews({ chat, isOpen, announcement, hasSaidSomething }: Ui, text: ConversationText) {
  let last: Transcript | null = null;
  return effect(() => {
    const now = chat.transcript.value;
    const before = last;
    last = now;
    // Who is at this browser after `forget()` must not hear what was said to somebody else.
    if (before !== null && before.conversationId !== now.conversationId) announcement.value = '';
    // A conversation that comes whole from an earlier visit is history.
    if (before?.conversationId !== now.conversationId || !isOpen.peek()) return;
    if (before.seq === 0 && !hasSaidSomething()) return;
    const news = newsOf(before, now, text);
    if (news.length > 0) announcement.value = news.join(' ');
  });
}

function announcePlace({ isOpen, standing, announcement }: Ui, text: ConversationText) {
  const isWaiting = computed(() => isOpen.value && standing.value.kind === 'waiting');
  return effect(() => {
    if (!isWaiting.value) return;
    let told = '';
    const tell = () => {
      const now = standing.peek();
      if (now.kind !== 'waiting') return;
      const known = now.place === null ? '' : text.placeLong(now.place);
      const words = now.isAnyoneOnline ? known : text.nobodyHere;
      if (words !== '' && words !== told) announcement.value = words;
      told = words;
    };
    tell();
    const timer = setInterval(tell, placeEveryMs);
    return () => clearInterval(timer);
  });
}
