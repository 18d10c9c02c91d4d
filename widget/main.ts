import { attach, completed } from './attach.ts';
import { defineHost, type Host, hostName } from './host.ts';
import type { Handrail, HandrailOptions } from './options.ts';
import { themeProperties } from './theme.ts';

export type { HandoffStatus, Handrail, HandrailEvents, HandrailOptions } from './options.ts';
export type { Text } from './text/text.ts';
export type { Theme } from './theme.ts';

/**
 * Puts the chat on the page and returns it. There is one chat a page and site: a second call returns the first
 * one's, whatever its options.
 * @throws if `site` or `server` is missing, or if there is no document to put it on
 */
export function createHandrail(options: HandrailOptions): Handrail {
  completed(options);
  for (const host of document.querySelectorAll<Host>(hostName)) {
    if (host.options?.site === options.site) {
      host.handrail ??= attach(host);
      return host.handrail;
    }
  }
  defineHost(async () => ({ attach }));
  const host = document.createElement(hostName) as Host;
  host.options = options;
  for (const [name, value] of themeProperties(options.theme ?? {})) host.style.setProperty(name, value);
  document.body.append(host);
  host.handrail = attach(host);
  return host.handrail;
}
