/** For what scrolls: who has no mouse must be able to reach and scroll it (WCAG 2.1.1), not in all browsers a given. */
export const scrollable = { tabIndex: 0 } as const;
