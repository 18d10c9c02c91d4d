import type { CustomerContext } from '../../../protocol/message.ts';
import { linkDays } from '../../plugins/continue-links.ts';
import type { Site } from '../../store/sites.ts';

/**
 * Where the conversation goes on: on the page where it began, if that is a page of the site's, else on ours. Never on any
 * other: the page's address is the browser's word, and whoever serves it gets the token. The token stands behind the
 * #, so that no server and no filter which looks at links gets it by asking for the page.
 */
export function wayBack(
  site: Site,
  { page }: CustomerContext,
  publicUrl: string | null,
  token: string,
): string | null {
  const asked = page !== undefined && URL.canParse(page.url) ? new URL(page.url) : null;
  if (asked !== null && site.allowedOrigins.includes(asked.origin)) {
    asked.hash = `handrail=${token}`;
    return asked.href;
  }
  return publicUrl === null ? null : `${publicUrl}/continue/${site.key}#handrail=${token}`;
}

/** How a letter is answered. */
export const howToAnswer = (way: string | null): string =>
  way === null
    ? 'Answer by opening the chat where you asked; a reply to this e-mail is read by nobody.\n\n'
    : 'Answer by opening the conversation; a reply to this e-mail is read by nobody:\n' +
      `${way}\n\nThe link is yours for ${linkDays} days: whoever has it can read this conversation and write in it.\n\n`;
