import { expect } from 'vitest';
import { type ChatOptions, createChat } from '../../../widget/core/chat.ts';
import type { Chat } from '../../../widget/core/model.ts';
import type { Surroundings } from '../../../widget/core/surroundings.ts';
import { createBrowser, type TestBrowser, type TestTab } from './browser.ts';

export interface OpenChat {
  readonly chat: Chat;
  readonly tab: TestTab;
  readonly browser: TestBrowser;
}

export interface OpenOptions extends Partial<ChatOptions> {
  readonly browser?: TestBrowser;
  readonly surroundings?: Partial<Surroundings>;
}

/** Opens chats of one site, each in a tab of its own; closes them all, and fails if one had a fault of its own. */
export function createChats(where: () => { server: string; site: string }) {
  const open: OpenChat[] = [];
  return {
    open({ browser = createBrowser(), surroundings, ...options }: OpenOptions = {}): OpenChat {
      const tab = browser.tab(surroundings);
      const chat = createChat({ ...where(), ...options }, tab);
      const opened = { chat, tab, browser };
      open.push(opened);
      return opened;
    },
    /** As when the page is loaded again: the old one is gone without a word, the new one finds what was kept. */
    reload({ chat, tab, browser }: OpenChat, options: OpenOptions = {}): OpenChat {
      tab.emit('left');
      tab.kill();
      chat.close();
      return this.open({ ...options, browser });
    },
    closeAll() {
      const closing = open.splice(0);
      for (const { chat } of closing) chat.close();
      expect(closing.flatMap(({ tab }) => tab.faults)).toEqual([]);
    },
  };
}
