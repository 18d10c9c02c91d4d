import { createChat } from './core/chat.ts';
import type { Main } from './host.ts';
import { mount } from './mount.ts';
import type { HandrailOptions } from './options.ts';

/** Brings a `<hand-rail>` to life: what the loader and the element import on first use. */
export const attach: Main['attach'] = (host) => mount(host, createChat(completed(host.options)));

/**
 * The options of a chat that can be reached. The page and its language are told to the bot and to agents.
 * @throws if they do not name a site and a server
 */
export function completed<O extends Partial<HandrailOptions>>(options: O) {
  const { site, server, language } = options;
  if (!site) throw new Error('Handrail: `site` is missing; give the key of your site, "pk_…".');
  if (!server) throw new Error('Handrail: `server` is missing; give the address of your Handrail server.');
  const page = () => ({ url: location.href, title: document.title });
  return { ...options, site, server, language: language ?? navigator.language, page };
}
