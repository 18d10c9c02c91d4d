/** What an agent who is on a phone is called for. */
export interface CallNotice {
  /** `offer`: this customer is offered to them alone, for a short time. `message`: a customer of theirs wrote. */
  readonly about: 'offer' | 'message';
  readonly conversationId: string;
  readonly site: { readonly title: string };
  /** The customer's words; null where the site keeps them out of notifications, or there are none. */
  readonly text: string | null;
  /** The conversation in the console. */
  readonly url: string;
}
