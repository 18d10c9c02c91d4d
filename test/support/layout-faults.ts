import type { Page } from 'playwright-core';

/**
 * What is wrong with how the page lies on this screen, one line a fault: wider than the screen, a control that is cut
 * off, covered by something else or smaller than `minTarget` px either way, words that are cut off in the middle. What
 * is scrolled out of sight is not looked at, but for its size.
 *
 * Links within a sentence are as high as the sentence (WCAG 2.5.8 leaves them out), a checkbox counts with its label.
 * @param minTarget 0: where a pointer is fine enough
 */
export const layoutFaults = (page: Page, minTarget: number): Promise<string[]> =>
  page.evaluate((least) => {
    const faults: string[] = [];
    const root = document.documentElement;
    const wider = root.scrollWidth - root.clientWidth;
    if (wider > 0) faults.push(`the page is ${wider} px wider than the screen`);

    const nameOf = (one: Element) =>
      `${one.tagName.toLowerCase()}.${one.className} “${(one.getAttribute('aria-label') ?? one.textContent ?? '').trim().slice(0, 40)}”`;

    /** What of it is seen: within the screen, and within whatever cuts it off. */
    const seenOf = (one: Element) => {
      const rect = one.getBoundingClientRect();
      const seen = {
        left: rect.left,
        top: rect.top,
        right: rect.right,
        bottom: rect.bottom,
        isScrolled: false,
      };
      const cut = (
        by: { left: number; top: number; right: number; bottom: number },
        x: boolean,
        y: boolean,
      ) => {
        if (x) seen.left = Math.max(seen.left, by.left);
        if (x) seen.right = Math.min(seen.right, by.right);
        if (y) seen.top = Math.max(seen.top, by.top);
        if (y) seen.bottom = Math.min(seen.bottom, by.bottom);
      };
      for (let at = one.parentElement; at !== null; at = at.parentElement) {
        const { overflowX, overflowY } = getComputedStyle(at);
        if (/auto|scroll/.test(overflowX + overflowY))
          seen.isScrolled ||= at.scrollWidth > at.clientWidth + 1;
        cut(at.getBoundingClientRect(), overflowX !== 'visible', overflowY !== 'visible');
      }
      cut({ left: 0, top: 0, right: innerWidth, bottom: innerHeight }, true, true);
      return seen;
    };

    /** Under what stays while the rest is scrolled: one scrolls it out again. */
    const staysInPlace = (one: Element): boolean =>
      getComputedStyle(one).position === 'sticky' ||
      (one.parentElement !== null && staysInPlace(one.parentElement));

    const dialog = document.querySelector('dialog[open]');
    const controls = (dialog ?? document).querySelectorAll<HTMLElement>(
      'button, a[href], input:not([type=hidden]), select, textarea, summary, [role=option]',
    );
    for (const one of controls) {
      if (!one.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
      if (one.matches('.skip, .hidden, [tabindex="-1"]:not(.row)') || one.closest('.hidden') !== null)
        continue;
      const isTicked = one.matches('[type=checkbox], [type=radio]');
      const target = isTicked ? (one.closest('label') ?? one) : one;
      const rect = target.getBoundingClientRect();
      const isInText = getComputedStyle(one).display === 'inline';
      if (!isInText && (rect.height < least - 0.5 || rect.width < least - 0.5))
        faults.push(`${nameOf(one)} is ${Math.round(rect.width)} x ${Math.round(rect.height)} px`);
      const seen = seenOf(one);
      const own = one.getBoundingClientRect();
      if (seen.right <= seen.left || seen.bottom <= seen.top) continue;
      // Sideways nothing is hidden, unless it is in something that one can scroll sideways.
      if (!seen.isScrolled && seen.right - seen.left < own.width - 1)
        faults.push(`${nameOf(one)} is cut off at the side`);
      if (seen.bottom - seen.top < own.height / 2 || isInText) continue;
      const hit = document.elementFromPoint((seen.left + seen.right) / 2, (seen.top + seen.bottom) / 2);
      // What was opened on top lies over what is behind it.
      if (hit?.closest('.picker, .about.shown, .reading-panel')) continue;
      if (hit === null || !(target.contains(hit) || hit.contains(one) || staysInPlace(hit)))
        faults.push(`${nameOf(one)} is covered by ${hit === null ? 'nothing' : nameOf(hit)}`);
    }

    for (const one of (dialog ?? document).querySelectorAll<HTMLElement>(
      'button, h1, h2, h3, label, th, .tag, .button',
    )) {
      if (!one.checkVisibility() || one.closest('.hidden') !== null) continue;
      const { overflowX, textOverflow } = getComputedStyle(one);
      if (one.scrollWidth > one.clientWidth + 1 && overflowX !== 'visible' && textOverflow !== 'ellipsis')
        faults.push(`the words of ${nameOf(one)} are cut off`);
    }
    return faults;
  }, minTarget);
