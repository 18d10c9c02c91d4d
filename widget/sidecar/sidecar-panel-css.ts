/** In the panel's own root: a small launcher, and no turns in which the page's bot only passed on what was said. */
export const sidecarPanelCss = `
.pill .human{display:none}
.pill .ask{border-radius:28px!important}
.answer:not(:has(.words,.offer,.soft,.pending)){display:none}
`;
