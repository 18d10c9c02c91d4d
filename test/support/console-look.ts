import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { axeFindings } from './axe.ts';
import { layoutFaults } from './layout-faults.ts';

const folder = fileURLToPath(new URL('../screenshots/console/', import.meta.url));

const sizes = [
  ['desktop', 1280, 800],
  ['tablet-wide', 1024, 768],
  ['tablet', 768, 1024],
  ['phone', 390, 844],
] as const;

/**
 * Looks at one state of the console on a desktop, a tablet held either way and a phone, light and dark: a screenshot of
 * each, and nothing cut off or covered. Axe looks at each scheme once, at the largest and the smallest size: colours
 * do not depend on the size, and a tablet shows nothing that neither of the others shows. The page is on a light desktop
 * again afterwards.
 * @param about what the screenshots are of, scrolled into view before each
 */
export async function lookAtConsole(page: Page, name: string, about?: Locator): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const [size, width, height] of sizes) {
      await page.setViewportSize({ width, height });
      await about?.evaluate((one) => one.scrollIntoView());
      await page.screenshot({ path: `${folder}${name}-${size}-${colorScheme}.png` });
      // How it lies does not depend on the scheme.
      if (colorScheme === 'light') expect(await layoutFaults(page, 0), `${name} on a ${size}`).toEqual([]);
      if (size === (colorScheme === 'light' ? 'desktop' : 'phone'))
        expect(await axeFindings(page), `${name} ${size} ${colorScheme}`).toEqual([]);
    }
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.emulateMedia({ colorScheme: 'light' });
}
