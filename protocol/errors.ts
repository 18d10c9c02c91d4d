import { type Static, Type } from 'typebox';
import { exact } from './ids.ts';
import { reviewRefusals } from './review-errors.ts';

/**
 * Every refusal of the server, each written once. The code is stable and part of the wire; the text is for
 * developers and may change (the widget and the console have words of their own). `retryable` says whether the
 * very same command may succeed later.
 */
export const refusals = {
  invalid: { status: 400, retryable: false, text: 'The body does not fit its schema; see `detail`.' },
  too_large: { status: 413, retryable: false, text: 'The body is larger than this server takes.' },
  unauthenticated: { status: 401, retryable: false, text: 'Send a valid token, or sign in.' },
  forbidden: { status: 403, retryable: false, text: 'You may not do this.' },
  public_url_needed: {
    status: 409,
    retryable: false,
    text: 'From another machine this works once the server knows its own address: set PUBLIC_URL.',
  },
  origin_not_allowed: {
    status: 403,
    retryable: false,
    text: 'This site does not list your origin; add it to its allowed origins.',
  },
  two_factor_required: {
    status: 403,
    retryable: false,
    text: 'Turn on two-factor sign-in first: until then you reach your settings only.',
  },
  not_found: { status: 404, retryable: false, text: 'There is no such thing, or it is not yours.' },
  site_not_found: { status: 404, retryable: false, text: 'No site has this key; check data-site.' },
  version_mismatch: {
    status: 409,
    retryable: false,
    text: 'Browser and server speak different protocol versions; reload the page.',
  },
  cid_reused: {
    status: 409,
    retryable: false,
    text: 'This cid was used for another command; make a new one for each.',
  },
  rate_limited: { status: 429, retryable: true, text: 'Too many commands; try again after `retryAfterMs`.' },
  unavailable: { status: 503, retryable: true, text: 'The server cannot do this right now; try again.' },
  internal: { status: 500, retryable: true, text: 'Something broke on the server; nothing was saved.' },
  already_waiting: { status: 409, retryable: false, text: 'A person has been asked for already.' },
  already_human: { status: 409, retryable: false, text: 'A person is already in this conversation.' },
  not_waiting: {
    status: 409,
    retryable: false,
    text: 'Nobody waits here any more: taken by someone else, cancelled or resolved.',
  },
  offered_to_another: {
    status: 409,
    retryable: true,
    text: 'This conversation is offered to another agent at the moment.',
  },
  not_offered: {
    status: 409,
    retryable: false,
    text: 'This conversation is not offered to you, or not any more.',
  },
  not_assigned: { status: 409, retryable: false, text: 'You are not the agent of this conversation.' },
  not_theirs: {
    status: 409,
    retryable: false,
    text: 'The conversation is not, or no longer, with the agent from whom you want to take it.',
  },
  stale_turn: {
    status: 409,
    retryable: false,
    text: 'This answer belongs to an older turn, or its turn has ended.',
  },
  already_told: { status: 409, retryable: false, text: 'The waiting customer has been told this already.' },
  not_bots_turn: {
    status: 409,
    retryable: false,
    text: 'A person has this conversation, or it is resolved: the bot may not speak or act in it.',
  },
  no_such_turn: { status: 409, retryable: false, text: 'There is no ended bot answer with this turn.' },
  not_retryable: {
    status: 409,
    retryable: false,
    text: 'Only the last answer, and only a failed one, can be tried again.',
  },
  rating_too_early: {
    status: 409,
    retryable: false,
    text: 'A conversation is rated once a person has been in it or it has been resolved.',
  },
  already_resolved: { status: 409, retryable: false, text: 'This conversation has been resolved already.' },
  identity_refused: {
    status: 403,
    retryable: false,
    text: 'This identity does not prove who the customer is, or this site has no identity secret; see `detail`.',
  },
  link_refused: {
    status: 403,
    retryable: false,
    text: 'This link has expired, was replaced, or never was one.',
  },
  webhook_limit: {
    status: 409,
    retryable: false,
    text: 'This site has as many webhooks as it may have; remove one first.',
  },
  no_such_promise: {
    status: 409,
    retryable: false,
    text: 'There is no open promise with this number here: it has ended, or never was.',
  },
  not_your_promise: {
    status: 409,
    retryable: false,
    text: "This promise is another agent's, and you do not have the conversation.",
  },
  too_many_promises: { status: 409, retryable: false, text: 'Ten promises are open here already.' },
  bad_deadline: {
    status: 409,
    retryable: false,
    text: 'A promise is due between now and 90 days from now.',
  },
  not_due: { status: 409, retryable: true, text: 'The deadline of this promise has not passed yet.' },
  shortcut_taken: {
    status: 409,
    retryable: false,
    text: 'Another canned response of this site has this shortcut.',
  },
  limit_reached: {
    status: 409,
    retryable: false,
    text: 'There are as many of these as there may be; delete one first.',
  },
  search_too_slow: {
    status: 422,
    retryable: false,
    text: 'This search takes too long and was given up; add a word or a filter.',
  },
  file_type_not_allowed: {
    status: 415,
    retryable: false,
    text: 'The first bytes are not those of a png, jpg, webp or pdf; the name and the stated type do not count.',
  },
  file_limit: {
    status: 409,
    retryable: false,
    text: 'As many files as one may send in a conversation within a day have been sent.',
  },
  file_space_full: {
    status: 409,
    retryable: false,
    text: "This site's space for files is full; its operator can raise FILES_SITE_BYTES.",
  },
  files_need_person: {
    status: 409,
    retryable: false,
    text: 'Files are taken only while a person is waited for, or in the conversation.',
  },
  no_such_file: {
    status: 409,
    retryable: false,
    text: 'One of the files is not of this conversation, not yours, or has been sent already.',
  },
  wrong_proof: {
    status: 403,
    retryable: false,
    text: 'The password or the code is not right; nothing was changed.',
  },
  last_admin: {
    status: 409,
    retryable: false,
    text: 'A site would be left without an admin; make somebody else one first.',
  },
  not_only_yours: {
    status: 409,
    retryable: false,
    text: 'This concerns sites that are not yours as well.',
  },
  already_there: {
    status: 409,
    retryable: false,
    text: 'Somebody with this address is there already, or is invited.',
  },
  invitation_limit: {
    status: 409,
    retryable: false,
    text: 'There are as many open invitations as there may be; withdraw one first.',
  },
  invitation_gone: {
    status: 404,
    retryable: false,
    text: 'This invitation is used, withdrawn or too old; ask for a new one.',
  },
  sign_in_first: {
    status: 409,
    retryable: false,
    text: 'There is an account with this address: sign in, then accept.',
  },
  role_differs: {
    status: 409,
    retryable: false,
    text: 'This account has another role than the invitation gives; ask for one with the same role.',
  },
  customer_has_changed: {
    status: 409,
    retryable: false,
    text: 'This customer has other conversations by now; look again, then erase them.',
  },
  wrong_bot: { status: 409, retryable: false, text: "Answers of this site's bot do not come from the page." },
  ...reviewRefusals,
} as const satisfies Record<string, { status: number; retryable: boolean; text: string }>;

export type RefusalCode = keyof typeof refusals;

/** What a refused command is answered with, on the socket and (within problem+json) over HTTP. */
export const Refusal = exact({
  ok: Type.Literal(false),
  code: Type.Unsafe<RefusalCode>(Type.Union(Object.keys(refusals).map((code) => Type.Literal(code)))),
  message: Type.String(),
  retryable: Type.Boolean(),
  retryAfterMs: Type.Optional(Type.Integer({ minimum: 0 })),
  detail: Type.Optional(Type.String({ description: 'what exactly is wrong with the input' })),
});
export type Refusal = Static<typeof Refusal>;

/** RFC 9457 problem details, the body of every HTTP error. */
export const Problem = exact({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  code: Refusal.properties.code,
  retryable: Type.Boolean(),
  retryAfterMs: Type.Optional(Type.Integer({ minimum: 0 })),
  detail: Type.Optional(Type.String()),
  instance: Type.Optional(Type.String({ description: 'id of the request, as in the logs' })),
});
export type Problem = Static<typeof Problem>;
