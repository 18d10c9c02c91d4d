import type { Browser, Page } from 'playwright-core';
import { desktop } from '../test/support/chromium.ts';
import type { Agent } from './handrail.ts';

/** A page whose browser has this agent's session; nothing is loaded yet. */
export async function consolePage(browser: Browser, agent: Agent, url: string): Promise<Page> {
  const context = await browser.newContext(desktop);
  const cookies = agent.cookie.split('; ').map((one) => {
    const [name = '', ...value] = one.split('=');
    return { name, value: value.join('='), url };
  });
  await context.addCookies(cookies);
  return context.newPage();
}
