/** Of this chunk's parts; adopted by the shadow root that they stand in. */
export const filesCss = `
.add-file{flex:none;padding:0 16px 2px;margin-bottom:-4px}
.add-file>button{display:flex;align-items:center;gap:8px;min-height:40px;padding:0 8px 0 4px;margin-inline-start:-4px;border-radius:10px;color:var(--soft);font-size:.867em}
.add-file>button:hover{color:var(--text)}
.add-file svg,.files svg{flex:none;width:20px;height:20px}
.add-file ul{display:grid;gap:6px;padding:8px 0 2px!important}
.add-file li{display:flex;align-items:center;flex-wrap:wrap;gap:2px 10px;padding:2px 4px 2px 12px;border-radius:10px;background:var(--sunken);font-size:.867em}
.add-file .name{flex:1;min-width:0;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.add-file progress{flex:none;width:72px;height:6px;accent-color:var(--accent)}
.add-file .fail{order:1;width:100%;padding-bottom:6px;color:var(--fail)}
.files{display:grid;gap:6px;max-width:100%}
.words+.files{margin-top:8px!important}
.files button{display:grid;grid-template-columns:auto minmax(0,1fr) auto;align-items:center;gap:2px 8px;min-width:0;max-width:100%;min-height:44px;padding:6px 12px;border-radius:10px;background:var(--surface);box-shadow:inset 0 0 0 1px var(--line);color:var(--text);font-size:.867em;text-align:start;text-decoration:none}
.files button:hover{box-shadow:inset 0 0 0 1px var(--edge)}
.files .name{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.files small{color:var(--soft);font-size:1em}
.files .picture{grid-template-columns:minmax(0,1fr) auto;width:220px;padding:0;overflow:hidden}
.files canvas{grid-column:1/-1;display:block;width:100%;height:144px;border-radius:10px 10px 0 0;background:var(--sunken)}
.files .picture .name{padding:4px 0 7px 12px}
.files .picture small{padding:4px 12px 7px 0}
.files .fail{margin-top:2px!important;color:var(--fail);font-size:.8em!important}
@media(forced-colors:active){.files button,.add-file li{border:1px solid}}
`;

const sheets = new WeakSet<Node>();

/** Constructed, as a strict policy of the page allows no other way. */
export function adoptFilesCss(element: Element | null): void {
  const root = element?.getRootNode();
  if (!(root instanceof ShadowRoot) || sheets.has(root)) return;
  sheets.add(root);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(filesCss);
  root.adoptedStyleSheets.push(sheet);
}
