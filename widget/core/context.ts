import type { CustomerContext } from '../../protocol/message.ts';

export interface Page {
  /** An absolute address. */
  readonly url: string;
  readonly title: string;
}

const languageTag = /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/;

/** Where the customer is, as far as it may be told: without credentials and without the address's fragment. */
export function contextOf(page: Page | undefined, language: string | undefined): CustomerContext {
  const context: CustomerContext = {};
  if (page !== undefined) {
    const address = new URL(page.url);
    address.username = '';
    address.password = '';
    address.hash = '';
    context.page = { url: address.href.slice(0, 2_000), title: page.title.slice(0, 200) };
  }
  if (language !== undefined && languageTag.test(language)) context.language = language;
  return context;
}
