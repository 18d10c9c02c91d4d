import { effect } from '@preact/signals';
import type { AnswerItem } from '../../../browser/transcript.ts';
import type { Chat } from '../../../widget/core/model.ts';

/** Waits until the signals that `find` reads give something; fails with `what` when that takes too long. */
export function until<T>(
  what: string,
  find: () => T | undefined | null | false,
  withinMs = 15_000,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let isDone = false;
    let stop = () => {};
    const timer = setTimeout(() => {
      finish();
      reject(new Error(`not within ${withinMs} ms: ${what}`));
    }, withinMs);
    const finish = () => {
      isDone = true;
      clearTimeout(timer);
      // The effect must not be ended within its own first run.
      queueMicrotask(() => stop());
    };
    stop = effect(() => {
      if (isDone) return;
      const found = find();
      if (found === undefined || found === null || found === false) return;
      finish();
      resolve(found);
    });
  });
}

export const answers = (chat: Chat): AnswerItem[] =>
  chat.transcript.value.items.filter((item): item is AnswerItem => item.kind === 'answer');

/** The texts of all messages, in order. */
export const messages = (chat: Chat): string[] =>
  chat.transcript.value.items.flatMap((item) => (item.kind === 'message' ? [item.text] : []));
