import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface AxeResults {
  violations: { id: string; help: string; nodes: { target: unknown; failureSummary?: string }[] }[];
}
interface Axe {
  run(context: unknown, options: unknown): Promise<AxeResults>;
}

/**
 * What axe finds in the page, one line a finding: empty when all is well. Open shadow roots are looked into.
 * The script is evaluated by the debugger, so it also runs under a strict CSP.
 */
export async function axeFindings(page: Page, selector = 'html'): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(source);
  const results = await page.evaluate(async (context) => {
    const { axe } = window as unknown as { axe: Axe };
    // Contrast is that of what stands there: a colour on its way to another one is neither. What never ends is not waited for.
    const ending = document
      .getAnimations()
      .filter((one) => one.effect?.getComputedTiming().iterations !== Infinity);
    await Promise.allSettled(ending.map(({ finished }) => finished));
    return axe.run(context, {
      resultTypes: ['violations'],
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    });
  }, selector);
  return results.violations.flatMap((violation) =>
    violation.nodes.map(
      (node) =>
        `${violation.id}: ${violation.help} at ${JSON.stringify(node.target)} ${node.failureSummary ?? ''}`,
    ),
  );
}
