/** Runs in the page of a test: the real widget on a chat that does what the test says. */
import { defineHost, type Host, hostName } from '../../widget/host.ts';
import { createHandrail } from '../../widget/main.ts';
import { mount } from '../../widget/mount.ts';
import type { Handrail, HandrailOptions } from '../../widget/options.ts';
import { createFakeChat, type FakeChat } from './fake-chat.ts';
import { transcriptOf, type WidgetState, type WidgetStateName, widgetStates } from './widget-states.ts';

let chat = createFakeChat();
let handrail: Handrail | null = null;

defineHost(async () => ({ attach: (host) => mount(host, chat) }));

const harness = {
  get chat(): FakeChat {
    return chat;
  },
  get handrail(): Handrail | null {
    return handrail;
  },
  transcriptOf,
  createHandrail,
  /** Shows the state in a new element, in place of the last one. */
  async show(name: WidgetStateName, options: Partial<HandrailOptions> = {}): Promise<void> {
    handrail?.destroy();
    localStorage.clear();
    sessionStorage.clear();
    const state: WidgetState = widgetStates[name];
    chat = createFakeChat(state);
    const host = document.createElement(hostName) as Host;
    host.options = { site: 'pk_demo', server: location.origin, ...options };
    document.body.append(host);
    host.handrail = mount(host, chat);
    handrail = host.handrail;
    if (state.isClosed) return;
    handrail.open();
    const root = host.shadowRoot;
    const found = (selector: string) => until(() => root.querySelector<HTMLElement>(selector));
    if (state.transcript !== undefined) await found('.rows');
    if (state.page === 'about') {
      (await found('.foot .link')).click();
      await found('.about');
    }
    const { press } = state;
    if (press !== undefined) {
      const named = () =>
        [...root.querySelectorAll('button')].find(
          (button) => (button.ariaLabel ?? button.textContent) === press,
        ) ?? null;
      (await until(named)).click();
    }
    await Promise.all(
      root
        .getAnimations()
        .filter((each) => each.effect?.getTiming().iterations === 1)
        .map((each) => each.finished),
    );
  },
};

async function until<T>(read: () => T | null): Promise<T> {
  for (;;) {
    const value = read();
    if (value !== null) return value;
    await new Promise(requestAnimationFrame);
  }
}

export type Harness = typeof harness;
Object.assign(window, { harness });
