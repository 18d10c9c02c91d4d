import type { Refusal } from '../../protocol/errors.ts';
import type { NewSession } from '../../protocol/session.ts';
import type { ChatOptions } from './chat-options.ts';
import type { Http, Reply } from './http.ts';
import type { Surroundings } from './surroundings.ts';

/** Only what pages need that say who the customer is, and visits that a link from an e-mail began: loaded by them. */
export interface ArrivalOptions {
  readonly identity: ChatOptions['identity'];
  /** `#handrail=…`, by which the customer has come from an e-mail. */
  readonly link: string | null;
  readonly http: Http;
  readonly surroundings: Pick<Surroundings, 'report'>;
  /** Another customer from here on: what belonged to the old session is out of reach. */
  onRenewed(): void;
  onContinued(conversationId: string, isOther: boolean): void;
}

/** Given, as an import would make this chunk and the visit's know of one another. */
type OrLater = <T extends object>(reply: Reply<T>) => T;

/** As the page says it; undefined if it does not. Never stands in the way of the chat. */
async function identityNow({ identity, surroundings }: ArrivalOptions): Promise<string | undefined> {
  try {
    return (await (typeof identity === 'function' ? identity() : identity)) || undefined;
  } catch (error) {
    surroundings.report(error);
    return undefined;
  }
}

/** What was asked for; null if it is refused for good, which is for the page's developer to read. Throws Later. */
function orNone<T extends object>(
  reply: Reply<T>,
  orLater: OrLater,
  { surroundings }: ArrivalOptions,
): T | null {
  const isFinal = 'ok' in reply && reply.ok === false && !(reply as Refusal).retryable;
  if (!isFinal) return orLater(reply);
  surroundings.report(new Error(`Handrail: ${(reply as Refusal).message}`));
  return null;
}

/** A new session of whom the page names, or of nobody in particular. Throws Later. */
export async function signIn(options: ArrivalOptions, orLater: OrLater): Promise<NewSession> {
  const { http } = options;
  const named = await identityNow(options);
  const session = named === undefined ? null : orNone(await http.newSession(named), orLater, options);
  return session ?? orLater(await http.newSession());
}

/**
 * Who this browser is at the beginning of a visit: first by the page's word, then by the link.
 * @param known the session that it has already
 * @returns the one to go on with; null: none has come of it
 */
export async function arrive(
  options: ArrivalOptions,
  orLater: OrLater,
  known: NewSession | null,
): Promise<NewSession | null> {
  const { identity, link, http, onRenewed, onContinued } = options;
  let session = known;
  if (known === null && identity) session = await signIn(options, orLater);
  const named = known === null ? undefined : await identityNow(options);
  if (known !== null && named !== undefined) {
    const identified = orNone(await http.identify(known.token, named), orLater, options);
    session = identified ?? known;
    if (identified?.isOther) onRenewed();
  }
  if (link === null) return session;
  const opened = orNone(
    await http.openLink(session?.token ?? null, link.slice(link.indexOf('=') + 1)),
    orLater,
    options,
  );
  if (opened === null) return session;
  const isOther = session !== null && session.customerId !== opened.customerId;
  if (isOther && location.origin !== http.server) {
    // Whoever sends somebody else a link must not push that person's own chat aside, nor have them write in this one
    // unawares: it goes on where it stands alone.
    location.href = `${http.server}/continue/${http.siteKey}${link}`;
    return session;
  }
  const { conversationId, ...next } = opened;
  onContinued(conversationId, isOther);
  return next;
}
