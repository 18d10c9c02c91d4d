/** In place of widget/main.ts, for tests of the loader: the real widget on a chat without a server. */
import type { Main } from '../../widget/host.ts';
import { mount } from '../../widget/mount.ts';
import { createFakeChat } from './fake-chat.ts';

export const attach: Main['attach'] = (host) => {
  const chat = createFakeChat();
  Object.assign(window, { chat });
  return mount(host, chat);
};
