/** A running conversation: loaded with its components. */
export const conversationCss = `
button.way.late{box-shadow:inset 0 0 0 2px var(--accent);background:color-mix(in srgb,var(--accent) 8%,var(--surface))}
.way small{margin-inline-start:auto;font-size:.867em;font-weight:400;color:var(--soft)}
.way .link{margin-inline-start:auto;padding:10px 0;margin-block:-6px;font-size:.933em;font-weight:400;color:var(--soft)}
[data-kind=human] .way small{color:var(--soft)}
.stage{position:relative;display:flex;flex:1;min-height:0}
.rows{display:flex;flex-direction:column;min-height:100%}
.row{margin-top:18px;animation:rise .2s ease-out}
.row.more{margin-top:4px}
.when{display:block;margin:2px 0 14px;text-align:center;color:var(--soft);font-size:.8em}
.event{display:flex;align-items:center;gap:12px;margin:4px 6px!important;color:var(--soft);font-size:.867em!important;text-align:center;justify-content:center;text-wrap:balance}
.event::before,.event::after{content:"";flex:1 1 0;max-width:28px;min-width:0;height:1px;background:var(--line)}
.event.here{width:fit-content;margin-inline:auto!important;padding:5px 14px!important;border-radius:16px;background:color-mix(in srgb,var(--person) 10%,var(--surface));color:var(--person);font-weight:500}
.event.here::before,.event.here::after{display:none}
.words{white-space:pre-wrap}
.bubble{width:fit-content;max-width:84%;padding:9px 14px;border-radius:14px}
.bubble.mine{margin-inline-start:auto;border-end-end-radius:5px;background:color-mix(in srgb,var(--accent) 10%,var(--surface))}
.more .bubble.mine{border-start-end-radius:5px}
.faint{opacity:.75}
.fate{margin-top:4px!important;text-align:end;color:var(--soft);font-size:.8em!important}
.fate.late{animation:appear .01s 1.2s backwards}
.fate.fail{color:var(--fail)}
.fate .link{padding:4px 2px}
.person{display:grid;grid-template-columns:32px minmax(0,1fr);gap:10px;align-items:start}
.person .bubble{grid-column:2;background:var(--quiet);border-start-start-radius:5px;box-shadow:inset 0 0 0 1px var(--line)}
.initial{display:grid;place-items:center;width:32px;height:32px;border-radius:50%;background:var(--person);color:var(--surface);font-size:.867em;font-weight:600}
.by .ai{margin-inline-end:3px;vertical-align:.05em}
.by{color:var(--soft);font-size:.867em!important;line-height:1.5}
.by>*{unicode-bidi:isolate}
.person .by b{color:var(--person);font-weight:600}
.by time{opacity:0;transition:opacity .15s;font-size:.93em}
.row:hover .by time{opacity:1}
.md{white-space:normal}
.md>*+*{margin-top:.6em!important}
.md :is(ul,ol){padding-inline-start:1.4em!important;list-style:disc!important}
.md ol{list-style:decimal!important;margin:0}
.md li+li{margin-top:.25em}
.md li::marker{color:var(--soft)}
.md :is(strong,.heading,th){font-weight:600}
.words a,.sources a{color:var(--accent);text-underline-offset:.2em;text-decoration-thickness:1px}
.md code{padding:.1em .35em;border-radius:5px;background:var(--sunken);font:.9em ui-monospace,SFMono-Regular,Consolas,monospace}
.md pre{overflow-x:auto;padding:10px 12px;border-radius:10px;background:var(--sunken);margin:0}
.md pre code{padding:0;white-space:pre;overflow-wrap:normal}
.md blockquote{margin:0;padding-inline-start:12px;border-inline-start:3px solid var(--line);color:var(--soft)}
.md hr{border:0;border-top:1px solid var(--line)}
.md table{display:block;overflow-x:auto;border-collapse:collapse;font-size:.933em}
.md :is(th,td){padding:5px 10px 5px 0;border-bottom:1px solid var(--line);text-align:start;overflow-wrap:normal}
.live>:last-child:not(ul,ol,pre,table)::after,.live>:is(ul,ol):last-child>li:last-child::after{content:"";display:inline-block;width:.5em;height:1.05em;margin-inline-start:.15em;border-radius:2px;background:var(--accent);vertical-align:-.18em;animation:breathe .6s ease-in-out 8 alternate}
.pending,.typing{min-height:30px;display:flex;align-items:center}
.dots{display:inline-flex;gap:5px}
.dots i{width:6px;height:6px;border-radius:50%;background:var(--soft);animation:breathe .5s ease-in-out 10 alternate}
.dots i:nth-child(2){animation-delay:.17s}
.dots i:nth-child(3){animation-delay:.33s}
.typing{min-height:38px}
.under{display:flex;flex-wrap:wrap;align-items:center;justify-content:space-between;gap:2px 12px;margin-top:4px;min-height:36px}
.sources{display:flex;flex-wrap:wrap;gap:2px 14px;min-width:0;flex:1}
.sources a{display:inline-flex;align-items:center;gap:3px;padding:5px 0;border-radius:4px;font-size:.867em;text-decoration:none}
.sources a:hover{text-decoration:underline}
.sources svg{width:1.05em;height:1.05em}
.thumbs{display:flex;gap:2px;margin-inline-start:auto;margin-inline-end:-8px;transition:opacity .15s}
.thumbs svg{width:18px;height:18px}
@media(hover:hover){.thumbs.quiet{opacity:0}.row:hover .thumbs,.thumbs:focus-within{opacity:1}}
@media(hover:none){.round{width:44px;height:44px}.by time{opacity:1}}
.round[aria-pressed=true]{background:color-mix(in srgb,var(--accent) 12%,var(--surface));color:var(--accent)}
.round[aria-pressed=true] path{fill:color-mix(in srgb,var(--accent) 22%,transparent)}
.card{display:block;margin-top:8px;padding:14px;border-radius:14px;box-shadow:inset 0 0 0 1px var(--line);animation:rise .2s ease-out}
.card h3{font-weight:600}
.chips{display:flex;flex-wrap:wrap;gap:8px;margin:10px 0 0;padding:0;border:0}
.chip{padding:6px 13px;min-height:34px;border-radius:17px;font-size:.9em;box-shadow:inset 0 0 0 1px var(--line);transition:background-color .15s}
.chip:hover{box-shadow:inset 0 0 0 1px var(--edge)}
.chip[aria-pressed=true]{background:color-mix(in srgb,var(--accent) 9%,var(--surface));color:color-mix(in srgb,var(--accent) 80%,var(--text));box-shadow:inset 0 0 0 1.5px var(--accent)}
.comment{margin-top:12px;min-height:44px;padding:10px 12px;border-radius:10px;background:var(--surface);box-shadow:inset 0 0 0 1px var(--edge);font-size:.933em}
.comment:focus{box-shadow:inset 0 0 0 2px var(--accent)}
.buttons{display:flex;flex-wrap:wrap;gap:8px;margin-top:12px}
.buttons:empty{display:none}
.buttons>.plain:first-child{margin-inline-start:-16px}
.buttons>.plain:only-child{margin-block:-6px -8px}
.button{display:inline-flex;align-items:center;justify-content:center;gap:8px;min-height:40px;padding:6px 16px;border-radius:10px;background:var(--accent);color:var(--on-accent);font-weight:600;font-size:.933em;transition:background-color .15s}
.button:hover{background:color-mix(in srgb,var(--accent) 88%,#000)}
.button.quiet{background:var(--surface);color:var(--text);box-shadow:inset 0 0 0 1px var(--edge)}
.button.quiet:hover{background:var(--sunken)}
.button.plain{background:none;color:var(--soft);font-weight:500}
.button.plain:hover{color:var(--text);background:var(--sunken)}
.thanks{margin-top:4px!important;color:var(--soft);font-size:.867em!important}
.thanks .link{color:var(--text);padding:4px 0}
.offer{margin-top:10px;padding-inline-start:12px;border-inline-start:3px solid var(--edge)}
.offer.fail{border-color:var(--fail)}
.offer .buttons{margin-top:10px}
.offer.changed{border-color:var(--person)}
.consent{display:block;margin-top:10px!important;font-size:.867em!important;color:var(--soft)}
.consent input{margin-inline-end:8px;vertical-align:middle;accent-color:var(--accent)}
.chips>span{flex-basis:100%;font-size:.9em}
.card.waiting{background:var(--quiet);box-shadow:none}
.waiting p{margin-top:6px;color:var(--soft);font-size:.9em}
.waiting .button{margin:8px 0 -6px -12px;padding-inline:12px}
.waiting .button:dir(rtl){margin:8px -12px -6px 0}
.follow-up{display:grid;grid-template-columns:minmax(0,1fr) auto;gap:6px 8px;margin-top:12px}
.follow-up label{grid-column:1/-1;color:var(--soft);font-size:.9em}
.follow-up input{min-height:40px;padding:8px 12px;border:0;border-radius:10px;background:var(--surface);box-shadow:inset 0 0 0 1px var(--edge)}
.follow-up input:focus{box-shadow:inset 0 0 0 2px var(--accent)}
.waiting .follow-up .button{margin:0;padding-inline:14px}
.waiting .told{color:var(--text)}
.line{display:flex;align-items:center;gap:6px;margin:11px 0 10px}
.line i{width:10px;height:10px;border-radius:50%;background:color-mix(in srgb,var(--soft) 32%,transparent)}
.line i:last-child{width:28px;border-radius:5px;background:var(--person)}
.scale{display:grid;grid-template-columns:repeat(auto-fit,minmax(3.9em,1fr));gap:6px;margin-top:12px}
.scale label{position:relative;display:flex;flex-direction:column;align-items:center;gap:5px;text-align:center;color:var(--soft);font-size:.8em;line-height:1.25;cursor:pointer;overflow-wrap:normal}
.scale input{all:unset;position:absolute;inset:0}
.scale b{display:grid;place-items:center;width:100%;height:44px;border-radius:10px;box-shadow:inset 0 0 0 1px var(--line);color:var(--text);font-weight:600;font-size:1.2em;transition:background-color .15s}
.scale label:hover b{box-shadow:inset 0 0 0 1px var(--edge)}
.scale input:checked+b{background:var(--accent);color:var(--on-accent);box-shadow:none}
.scale input:checked~span{color:var(--text)}
.scale input:focus-visible+b{outline:2px solid var(--accent);outline-offset:2px}
.ended{margin-top:20px;text-align:center}
.ended .soft{margin-top:8px}
.new{position:absolute;bottom:12px;left:50%;translate:-50%;display:flex;align-items:center;gap:6px;min-height:36px;padding:4px 14px 4px 10px;border-radius:18px;background:var(--text);color:var(--surface);font-weight:500;font-size:.867em;box-shadow:0 4px 16px rgb(16 18 22/.2);animation:rise .2s ease-out}
.new svg{width:16px;height:16px}
.about .title{margin-top:8px!important}
.about dt{margin-top:16px;font-weight:600}
.about dd{margin-top:2px!important;color:var(--soft)}
.about dl{margin-bottom:16px!important}
.back{display:inline-flex;align-items:center;gap:6px;min-height:32px;margin:-6px -8px 2px;padding:0 8px;color:var(--soft);text-decoration:none}
.back svg:dir(rtl){transform:scaleX(-1)}
.way-out{display:flex;align-items:center;min-height:44px;color:var(--soft)}
@keyframes appear{from{visibility:hidden}}
@media(prefers-contrast:more){.by time,.thumbs.quiet{opacity:1}}
@media(forced-colors:active){.bubble,.card,.chip,.button,.scale b,.new,.comment{border:1px solid}.chip[aria-pressed=true],.round[aria-pressed=true],.scale input:checked+b{background:Highlight;color:HighlightText;forced-color-adjust:none}.dots i,.line i,.initial{border:1px solid}}
`;
