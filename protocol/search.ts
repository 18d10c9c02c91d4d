import { type Static, Type } from 'typebox';
import { ConversationStatus, ConversationSummary } from './agent.ts';
import { AgentId, exact, Seq, SiteKey, Time } from './ids.ts';

/** Who said a line that is found; a note is among agents. */
export const SaidBy = Type.Union([
  Type.Literal('customer'),
  Type.Literal('bot'),
  Type.Literal('agent'),
  Type.Literal('note'),
]);
export type SaidBy = Static<typeof SaidBy>;

/** What a search can be narrowed to. All given conditions hold together; times are epoch ms. */
export const SearchFilter = exact({
  status: Type.Optional(ConversationStatus),
  site: Type.Optional(SiteKey),
  agent: Type.Optional(AgentId),
  by: Type.Optional(SaidBy),
  from: Type.Optional(Time),
  until: Type.Optional(Time),
});
export type SearchFilter = Static<typeof SearchFilter>;

/** A line that was found, in pieces: those that were asked for are marked. Text, never markup. */
export const SearchHit = exact({
  conversation: ConversationSummary,
  seq: Seq,
  at: Time,
  by: SaidBy,
  pieces: Type.Array(exact({ text: Type.String(), isMarked: Type.Boolean() })),
});
export type SearchHit = Static<typeof SearchHit>;

export const SearchPage = exact({
  hits: Type.Array(SearchHit),
  next: Type.Union([Type.String(), Type.Null()], { description: 'cursor of the next page' }),
});
export type SearchPage = Static<typeof SearchPage>;
