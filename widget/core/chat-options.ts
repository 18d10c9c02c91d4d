import type { PageBot } from './bot-reply.ts';
import type { Page } from './context.ts';

export interface ChatOptions {
  /** Origin of the Handrail server, without a slash at the end. */
  readonly server: string;
  /** Public key of the site, `pk_…`. */
  readonly site: string;
  /** For sites whose bot is a function in the page. */
  readonly bot?: PageBot | undefined;
  /** Who the customer is, as a JWT that the site's backend has signed. Asked once a visit. */
  readonly identity?: string | (() => string | Promise<string>) | undefined;
  /** BCP 47 tag of the customer's language. */
  readonly language?: string | undefined;
  /** Where the customer is now; asked with each message. */
  readonly page?: (() => Page) | undefined;
}
