/**
 * The tokens and the launcher. Lengths are in em of the customer's own font size, whatever the page has made of
 * its root. The site's theme replaces tokens on the element.
 */
export const launcherCss = `
:host{all:initial;position:fixed;z-index:2147483000;bottom:max(16px,env(safe-area-inset-bottom));right:16px;font-size:medium;color-scheme:light;--accent:var(--hr-accent,#1f5eff);--on-accent:var(--hr-on-accent,#fff);--surface:var(--hr-surface,#fff);--raised:var(--hr-surface,#fff);--sunken:#f5f6f8;--quiet:#f5f6f8;--text:var(--hr-text,#14171f);--soft:#565d6b;--line:var(--hr-line,#e3e6eb);--edge:#868d9b;--person:var(--hr-person,#0b7a53);--warn:#9a5b00;--fail:#b3261e;--shadow:0 1px 2px rgb(16 18 22/.06),0 12px 40px rgb(16 18 22/.16);--font:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif}
:host([position=left]){right:auto;left:16px}
:host([hidden]){display:none}
@media(prefers-color-scheme:dark){:host(:not([color-scheme=light])){DARK}}
:host([color-scheme=dark]){DARK}
*,::before,::after{box-sizing:border-box}
[hidden]{display:none!important}
button{all:unset;box-sizing:border-box;cursor:pointer;-webkit-tap-highlight-color:transparent}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
svg{display:block;flex:none;width:1.25em;height:1.25em;fill:none;stroke:currentColor;stroke-width:1.75;stroke-linecap:round;stroke-linejoin:round}
.launcher{display:flex;max-width:calc(100vw - 32px);flex-wrap:wrap;justify-content:flex-end;font:500 .9375em/1.4 var(--font);color:var(--text);-webkit-font-smoothing:antialiased}
.pill{display:flex;min-height:56px;border-radius:28px;background:var(--raised);box-shadow:var(--shadow),0 0 0 1px var(--line)}
.pill button{position:relative;display:flex;align-items:center;gap:.6em;padding:.5em 1.35em .5em 1.1em;border-radius:28px;transition:background-color .15s}
.ask{background:var(--accent);color:var(--on-accent);font-weight:600;padding-inline:1.35em!important;border-start-end-radius:0!important;border-end-end-radius:0!important}
.human{border-start-start-radius:0!important;border-end-start-radius:0!important}
.ask:hover{background:color-mix(in srgb,var(--accent) 88%,#000)}
[aria-busy=true] svg{animation:breathe 1s ease-in-out 5 alternate}
.failure{flex-basis:100%;width:max-content;max-width:100%;margin:0 0 10px;padding:.7em 1em;border-radius:14px;background:var(--raised);color:var(--fail);box-shadow:var(--shadow),0 0 0 1px var(--line);font-weight:400}
.sr{position:absolute;width:1px;height:1px;margin:-1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@keyframes breathe{to{opacity:.35}}
.human:hover{background:var(--sunken)}
@media(prefers-reduced-motion:reduce){*,::before,::after{animation:none!important;transition:none!important}}
@media(max-width:15em){.pill{flex-direction:column;overflow:hidden}.pill button{border-radius:0!important;outline-offset:-4px}}
@media(forced-colors:active){.pill{border:1px solid}.ask{border-inline-end:1px solid}}
`.replaceAll(
  'DARK',
  'color-scheme:dark;--accent:var(--hr-accent-dark,#8fb1ff);--on-accent:var(--hr-on-accent-dark,#101216);--surface:var(--hr-surface-dark,#15171c);--raised:var(--hr-surface-dark,#1c1f26);--sunken:#101216;--quiet:#1c1f26;--text:var(--hr-text-dark,#eef0f4);--soft:#a5adba;--line:var(--hr-line-dark,#2b303a);--edge:#6f7786;--person:var(--hr-person-dark,#4cc79a);--warn:#f0b45c;--fail:#ff8a80;--shadow:0 0 0 0 #0000',
);
