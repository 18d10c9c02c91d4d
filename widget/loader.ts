/**
 * The script that sites embed: `<script async src="…/handrail.js" data-site="pk_…"></script>`.
 *
 * A classic script, because only that has `document.currentScript`, with the settings and, for `import()`, the
 * nonce. It makes no request until the customer uses the launcher or has a conversation that goes on.
 */
import { defineHost, hostName, type Main } from './host.ts';

/** The path of the chat beside this script, named by its content; set by the build. */
declare const __HANDRAIL_MAIN__: string;

const script = document.currentScript;
if (script instanceof HTMLScriptElement) start(script);

function start({ src, dataset }: HTMLScriptElement) {
  const { origin } = new URL(src);
  const main = new URL(__HANDRAIL_MAIN__, src).href;
  defineHost(() => import(/* @vite-ignore */ main) as Promise<Main>, origin);
  const { site, server, language, identity, colorScheme, position } = dataset;
  // Without a site the script only defines the element, which the page places itself.
  if (site === undefined) return;
  const place = () => {
    if (document.querySelector(hostName) !== null) return;
    const host = document.createElement(hostName);
    const attributes = { site, server, language, identity, 'color-scheme': colorScheme, position };
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== undefined) host.setAttribute(name, value);
    }
    document.body.append(host);
  };
  if (document.body === null) document.addEventListener('DOMContentLoaded', place, { once: true });
  else place();
}
