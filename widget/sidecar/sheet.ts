const sheets = new Map<string, CSSStyleSheet>();

/** One sheet for all places that use it: a long chat has many answers with thumbs. */
export function sheetOf(css: string): CSSStyleSheet {
  const known = sheets.get(css);
  if (known !== undefined) return known;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  sheets.set(css, sheet);
  return sheet;
}
