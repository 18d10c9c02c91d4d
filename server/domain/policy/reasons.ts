/**
 * Why a person is brought in or offered. `customer_said` is the only one that leads to `now`; all others are offers.
 * `bot_promised`: the bot told the customer of a person or a follow-up that nobody knew of.
 */
export type PolicyReason =
  | 'customer_said'
  | 'bot_promised'
  | 'bot_failed'
  | 'bot_unsure'
  | 'bot_repeated'
  | 'customer_rephrased'
  | 'downvotes'
  | 'anger'
  | 'asked_if_bot';
