/** What the launcher shows once the chat is loaded, the panel, and its first sight. Tokens, reset and motion rules are the launcher's, in the same shadow root. */
export const panelCss = `
.badge{position:absolute;top:-5px;inset-inline-start:-5px;min-width:1.7em;padding:0 .4em;border-radius:1em;background:var(--fail);color:var(--surface);font:600 .8em/1.7 var(--font);text-align:center;box-shadow:0 0 0 2px var(--surface);font-variant-numeric:tabular-nums}
[data-tone=waiting] svg{color:var(--warn)}
[data-tone=human]{color:var(--person)}
.ask[aria-expanded=true]{background:none;color:var(--text);box-shadow:1px 0 var(--line)}
.ask[aria-expanded=true]:hover{background:var(--sunken)}
@media(prefers-contrast:more){:host{--soft:var(--text);--line:var(--edge)}}
.panel{all:unset;position:fixed;bottom:calc(max(16px,env(safe-area-inset-bottom)) + 68px);right:16px;display:none;flex-direction:column;overflow:clip;width:min(392px,100vw - 32px);height:min(680px,100dvh - 96px);border-radius:18px;background:var(--surface);color:var(--text);box-shadow:var(--shadow),0 0 0 1px var(--line);font:400 .9375em/1.467 var(--font);text-align:start;overflow-wrap:anywhere;-webkit-font-smoothing:antialiased;font-variant-numeric:tabular-nums;-webkit-text-size-adjust:100%;text-size-adjust:100%}
.panel[open]{display:flex;animation:rise .22s cubic-bezier(.2,.7,.2,1)}
:host([position=left]) .panel{right:auto;left:16px}
.panel:modal{top:var(--room-top,0);bottom:auto;left:0;right:0;width:100%;max-width:none;height:var(--room,100dvh);max-height:none;border-radius:0;box-shadow:none}
.panel::backdrop{background:none}
:has(>.panel:modal)+.launcher{visibility:hidden}
.panel :is(p,h2,h3,ul,dl,dd){margin:0;padding:0;list-style:none;font-size:inherit}
.panel:focus,.title:focus,.rail:focus:not(:focus-visible),.panel textarea:focus-visible{outline:none}
.header{flex:none;padding:14px 16px 12px;border-bottom:1px solid var(--line)}
.panel:modal .header{padding-top:max(14px,env(safe-area-inset-top))}
.bar{display:flex;align-items:flex-start;gap:8px;justify-content:space-between}
.panel .title{font-size:1.133em;font-weight:600;line-height:1.4;letter-spacing:-.01em;padding-top:1px}
.round{display:grid;place-items:center;flex:none;width:36px;height:36px;border-radius:50%;color:var(--soft)}
.bar .round{width:44px;height:44px;margin:-9px -10px -9px 0}
.bar .round:dir(rtl){margin:-9px 0 -9px -10px}
.round:hover{background:var(--sunken);color:var(--text)}
.state{display:flex;align-items:center;gap:.55em;color:var(--soft);font-size:.867em}
.state[data-kind=asked]::before,.state[data-kind=waiting]::before,.state[data-kind=human]::before{content:"";flex:none;width:8px;height:8px;border-radius:50%;background:var(--warn);forced-color-adjust:none}
.state[data-kind=human]::before{background:var(--person)}
.rail{margin-top:11px;border-radius:12px}
.way{display:flex;align-items:center;flex-wrap:wrap;gap:2px 10px;width:100%;min-height:44px;padding:5px 14px;border-radius:12px;font-weight:600;box-shadow:inset 0 0 0 1px var(--line);transition:background-color .15s,box-shadow .15s}
.way b{font-weight:600}
button.way:hover{background:var(--sunken);box-shadow:inset 0 0 0 1px var(--edge)}
[data-kind=asked] .way,[data-kind=waiting] .way{background:var(--quiet);box-shadow:none}
[data-kind=asked] .way svg,[data-kind=waiting] .way svg{color:var(--warn)}
[data-kind=human] .way{background:color-mix(in srgb,var(--person) 11%,var(--surface));color:var(--person);box-shadow:none}
.link{border-radius:4px;color:inherit;text-decoration:underline;text-decoration-thickness:1px;text-underline-offset:.2em;font-weight:inherit}
.link:hover{color:var(--text);text-decoration-thickness:2px}
[aria-disabled=true]{cursor:default}
.notice{display:flex;gap:10px;padding:10px 16px!important;background:var(--sunken);border-bottom:1px solid var(--line);font-size:.867em!important;line-height:1.45}
.notice svg{color:var(--warn);width:1.4em;height:1.4em}
.notice.fail svg{color:var(--fail)}
.notice.fail{background:color-mix(in srgb,var(--fail) 7%,var(--surface))}
.notice .link{font-weight:600}
.notice .link+.link{margin-inline-start:8px}
.scroll{flex:1;min-height:0;min-width:0;overflow-y:auto;overscroll-behavior:contain;padding:16px;scrollbar-width:thin;scrollbar-color:var(--line) transparent}
.scroll:focus-visible{outline-offset:-2px}
.first{display:flex;flex-direction:column;justify-content:flex-end;gap:20px}
.ai{display:inline-grid;place-items:center;width:1.9em;height:1.6em;border-radius:.45em;background:color-mix(in srgb,var(--accent) 9%,var(--surface));color:color-mix(in srgb,var(--accent) 80%,var(--text));font-size:.733em;font-weight:700;letter-spacing:.02em;line-height:1}
.first .ai{margin-top:auto;font-size:1.2em;width:2.3em;height:2.1em}
.hello{font-size:1.333em!important;line-height:1.35;font-weight:600;letter-spacing:-.015em;text-wrap:balance;margin-top:-6px!important}
.suggestions{display:flex;flex-direction:column;align-items:flex-start;gap:8px}
.suggestions button{padding:10px 14px;min-height:44px;border-radius:14px;box-shadow:inset 0 0 0 1px var(--line);transition:background-color .15s}
.suggestions button:hover{background:color-mix(in srgb,var(--accent) 8%,var(--surface));box-shadow:inset 0 0 0 1px var(--accent)}
.soft{color:var(--soft);font-size:.867em!important}
.composer{flex:none;padding:12px 16px 0;border-top:1px solid var(--line)}
.field{display:flex;align-items:flex-end;border-radius:16px;background:var(--raised);box-shadow:inset 0 0 0 1px var(--edge)}
.field:focus-within{box-shadow:inset 0 0 0 2px var(--accent)}
textarea{all:unset;box-sizing:border-box;display:block;width:100%;white-space:pre-wrap;overflow-wrap:anywhere;cursor:text;font:inherit;color:inherit}
.field textarea{flex:1;min-width:0;min-height:48px;max-height:9em;overflow-y:auto;padding:13px 4px 13px 15px;scrollbar-width:thin}
.panel:modal textarea{font-size:max(1em,16px)}
textarea::placeholder{color:var(--soft);opacity:1}
.send{display:grid;place-items:center;flex:none;width:36px;height:36px;margin:6px;border-radius:11px;background:var(--accent);color:var(--on-accent);transition:background-color .15s,color .15s}
.send[aria-disabled=true]{background:var(--sunken);color:var(--soft)}
.left{padding:6px 4px 0!important;text-align:end;color:var(--soft);font-size:.8em!important}
.left[data-over=true]{color:var(--fail);font-weight:600}
.foot{display:flex;flex:none;flex-wrap:wrap;justify-content:center;gap:0 4px;padding:8px 8px 11px;align-items:baseline;color:var(--soft);font-size:.8em;text-align:center}
.foot .link{padding:4px 0}
.panel:modal .foot{padding-bottom:max(12px,env(safe-area-inset-bottom))}
@keyframes rise{from{opacity:0;transform:translateY(8px)}}
@media(max-height:30em){.header{padding-block:6px}.panel .title{white-space:nowrap;overflow:hidden;text-overflow:ellipsis}.state{font-size:.8em;line-height:1.3}.rail{margin-top:6px}.way{padding-block:2px}.foot span{display:none}.foot,.composer{padding-block:6px}.hello{font-size:1.1em!important}}
@media(max-width:15em){.way>svg{display:none}.badge{top:6px;inset-inline:auto 6px}}
@media(forced-colors:active){.badge,.panel,.way,.field,.suggestions button,.send{border:1px solid}.field:focus-within{outline:2px solid Highlight}.send[aria-disabled=true]{color:GrayText}}
`;
