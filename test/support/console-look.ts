import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { axeFindings } from './axe.ts';

const folder = fileURLToPath(new URL('../screenshots/console/', import.meta.url));

/**
 * Looks at one state of the console on a desktop and a phone, light and dark: a screenshot of each, and nothing wider
 * than the screen. Axe looks at each size and at each scheme once: colours do not depend on the size. The page is on a
 * desktop again afterwards.
 * @param about what the screenshots are of, scrolled into view before each
 */
export async function lookAtConsole(page: Page, name: string, about?: Locator): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const [size, width, height] of [
      ['desktop', 1280, 800],
      ['phone', 390, 844],
    ] as const) {
      await page.setViewportSize({ width, height });
      await about?.evaluate((one) => one.scrollIntoView());
      await page.screenshot({ path: `${folder}${name}-${size}-${colorScheme}.png` });
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow, `${name} is wider than a ${size}`).toBe(0);
      if ((size === 'desktop') === (colorScheme === 'light'))
        expect(await axeFindings(page), `${name} ${size} ${colorScheme}`).toEqual([]);
    }
  }
  await page.setViewportSize({ width: 1280, height: 800 });
}
