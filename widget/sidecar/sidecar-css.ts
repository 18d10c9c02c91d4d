/** The button and the thumbs, in shadow roots of their own within the page's chat; the tokens and the reset are the launcher's. */
export const besideCss = `
:host{position:static;z-index:auto;display:inline-block;max-width:100%;vertical-align:middle}
:host(.feedback){display:block}
.beside{font:400 .9375em/1.467 var(--font);color:var(--text);text-align:start;overflow-wrap:anywhere;-webkit-font-smoothing:antialiased}
.beside :is(p,h3){margin:0;padding:0;font-size:inherit}
.talk{position:relative;display:inline-flex;align-items:center;gap:.55em;max-width:100%;min-height:44px;padding:.4em 1.1em .4em .9em;border-radius:22px;background:var(--raised);box-shadow:inset 0 0 0 1px var(--edge);font-weight:600;transition:background-color .15s}
.talk:hover{background:var(--sunken)}
.talk[data-tone=waiting] svg{color:var(--warn)}
.talk[data-tone=human]{color:var(--person);box-shadow:inset 0 0 0 1px var(--person)}
.beside.alert .failure{width:auto;margin:6px 0 0;background:none;box-shadow:none}
.beside textarea:focus-visible{outline:none}
.beside .thumbs{display:flex;gap:2px;margin-inline:-8px}
.beside .thumbs.quiet{opacity:1}
.beside .under{margin-top:0;justify-content:flex-start}
.round{display:grid;place-items:center;flex:none;width:36px;height:36px;border-radius:10px;color:var(--soft);transition:background-color .15s}
.round:hover{background:var(--sunken);color:var(--text)}
.thumbs svg{width:18px;height:18px}
.beside .card{background:var(--surface);max-width:30em}
.link{border-radius:4px;color:inherit;text-decoration:underline;text-decoration-thickness:1px;text-underline-offset:.2em;cursor:pointer}
textarea{all:unset;box-sizing:border-box;display:block;width:100%;white-space:pre-wrap;overflow-wrap:anywhere;cursor:text;font:inherit;color:inherit}
@keyframes rise{from{opacity:0;transform:translateY(8px)}}
@media(hover:none){.round{width:44px;height:44px}}
@media(forced-colors:active){.talk{border:1px solid}}
`;
