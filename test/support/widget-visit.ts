import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchChromium, watchForFaults } from './chromium.ts';
import type { FakeChat } from './fake-chat.ts';
import type { Harness } from './widget-harness.ts';
import { bundle, serveWidgetPage, type WidgetPage } from './widget-page.ts';
import type { WidgetStateName } from './widget-states.ts';

declare const harness: Harness;

/** A browser tab with the widget on a fake chat in it. */
export interface Visit {
  readonly page: Page;
  /** What a user would not see but must not happen; to be empty at the end. */
  readonly faults: readonly string[];
  show(state: WidgetStateName): Promise<void>;
  /** What the interface has called of the chat, of these names, in order. */
  calls(...names: string[]): Promise<FakeChat['calls']>;
  /** The class of what has the focus, within the widget or on the page, or else its element's name. */
  focused(): Promise<string | undefined>;
  end(): Promise<void>;
}

/** Serves the page of the harness under the strictest policy, and opens it in as many contexts as wanted. */
export async function startWidgetVisits() {
  const files = await bundle('test/support/widget-harness.ts');
  const site: WidgetPage = await serveWidgetPage(
    files,
    (nonce) => `<script type="module" nonce="${nonce}" src="/assets/main.js"></script>`,
  );
  const browser: Browser = await launchChromium();
  return {
    async open(options: BrowserContextOptions): Promise<Visit> {
      const page = await (await browser.newContext(options)).newPage();
      const faults = watchForFaults(page);
      await page.goto(site.url);
      await page.waitForFunction(() => 'harness' in window);
      return {
        page,
        faults,
        show: (state) => page.evaluate((shown) => harness.show(shown), state),
        calls: (...names) =>
          page.evaluate((called) => harness.chat.calls.filter(([name]) => called.includes(name)), names),
        focused: () =>
          page.evaluate(() => {
            const { activeElement } = document;
            const inside = activeElement?.shadowRoot?.activeElement ?? activeElement;
            return inside?.className || inside?.localName;
          }),
        end: () => page.context().close(),
      };
    },
    async close() {
      await browser.close();
      await site.close();
    },
  };
}
export type WidgetVisits = Awaited<ReturnType<typeof startWidgetVisits>>;
