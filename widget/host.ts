import { createLauncher, type Half, type Launcher } from './launcher.ts';
import type { Handrail, HandrailOptions } from './options.ts';
import { hasConversation, hasPanel } from './resume.ts';
import { launcherText } from './text/en/launcher.ts';

/** The `<hand-rail>` element: the launcher at first, the whole chat once it has been used. */
export interface Host extends HTMLElement {
  options: Partial<HandrailOptions>;
  /** The chat that lives in this element; null until it is loaded. */
  handrail: Handrail | null;
  readonly launcher: Launcher;
  readonly shadowRoot: ShadowRoot;
}

/** What is loaded on first use. */
export interface Main {
  attach(host: Host): Handrail;
}

export const hostName = 'hand-rail';

/**
 * Defines `<hand-rail site="pk_…" server="https://…">`. Does nothing if it is defined already, so that a script
 * tag, an import and the element can meet on one page.
 * @param load brings what is not needed before the first use; may be called again after it has failed
 * @param server of elements that name none
 */
export function defineHost(load: () => Promise<Main>, server?: string): void {
  if (customElements.get(hostName) !== undefined) return;

  class HandrailElement extends HTMLElement {
    options: Partial<HandrailOptions> = {};
    handrail: Handrail | null = null;
    declare launcher: Launcher;
    declare shadowRoot: ShadowRoot;

    connectedCallback() {
      if (this.shadowRoot !== null) return;
      this.options = { ...attributesOf(this, server), ...this.options };
      const { site, colorScheme, position, text } = this.options;
      if (!site) throw new Error('<hand-rail> has no site: set site="pk_…", the key of your site.');
      this.setAttribute('color-scheme', colorScheme ?? 'auto');
      this.setAttribute('position', position ?? 'right');
      const root = this.attachShadow({ mode: 'open' });
      this.launcher = createLauncher(root, { ...launcherText, ...text }, (half) => void this.press(half));
      // A person may have answered meanwhile. A failure is no loss: the launcher stands, and a press loads again.
      if (hasConversation(site) || hasPanel(site)) whenIdle(() => void this.loaded().catch(() => undefined));
    }

    disconnectedCallback() {
      // An element that is only moved is connected again before this runs.
      queueMicrotask(() => {
        if (!this.isConnected) this.handrail?.destroy();
      });
    }

    async loaded(): Promise<Handrail> {
      // Not imported again: a press acts at once on a chat that is there, and a reload right behind it finds it done.
      if (this.handrail === null) {
        const main = await load();
        this.handrail ??= main.attach(this);
      }
      return this.handrail;
    }

    async press(half: Half) {
      this.launcher.setFailed(false);
      if (this.handrail === null) this.launcher.setBusy(half);
      try {
        const handrail = await this.loaded();
        if (half === 'ask') handrail.toggle();
        else handrail.talkToHuman();
      } catch {
        this.launcher.setBusy(null);
        this.launcher.setFailed(true);
      }
    }
  }
  customElements.define(hostName, HandrailElement);
}

function attributesOf(element: HTMLElement, server: string | undefined): Partial<HandrailOptions> {
  const given = (name: string) => element.getAttribute(name) ?? undefined;
  return {
    site: given('site'),
    server: given('server') ?? server,
    language: given('language'),
    identity: given('identity'),
    colorScheme: oneOf(['auto', 'light', 'dark'], given('color-scheme')),
    position: oneOf(['right', 'left'], given('position')),
  };
}

const oneOf = <T extends string>(choices: readonly T[], value: string | undefined): T | undefined =>
  choices.find((choice) => choice === value);

/** Safari has no requestIdleCallback. */
export const whenIdle = (action: () => void) =>
  'requestIdleCallback' in window
    ? requestIdleCallback(action, { timeout: 3_000 })
    : setTimeout(action, 1_000);
