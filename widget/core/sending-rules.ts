import type { CommandReply, CustomerCommandName } from '../../protocol/commands.ts';
import type { RefusalCode } from '../../protocol/errors.ts';
import type { OutboxItem } from './model.ts';
import { type Entry, isCommand } from './outbox-rules.ts';

/** What came of a send. `lost`: the connection broke before the answer. `unreached`: it never left. */
export type Outcome = CommandReply | 'lost' | 'unreached';

const maxAgeMs = 24 * 60 * 60 * 1_000;
const maxLosses = 3;

/** Nothing that this page says will be heard: only a reload or a change of the embed can help. */
export const finalRefusals: readonly RefusalCode[] = [
  'version_mismatch',
  'origin_not_allowed',
  'site_not_found',
];

/** These, too, carry what the customer has thought or asked for, beside what is movable. The others are only a click away again. */
const precious: readonly CustomerCommandName[] = [
  'followup:ask',
  'feedback:give',
  'conversation:rate',
  'handoff:rate',
];
/** Refusals that say that the person who was asked for is there or on the way. */
const fulfilled: readonly RefusalCode[] = ['already_waiting', 'already_human'];

/** Commands that go over plain HTTP at once when there is no socket, with all that was said before them (D8). */
export const isUrgent = ({ name }: OutboxItem) => name === 'handoff:request' || name.startsWith('feedback:');

/** What cannot be sent stays for the customer to see, if it would be a loss. */
const fail = (entry: Entry, code: Entry['code']): Entry | null =>
  isMovable(entry) || precious.includes(entry.name) ? { ...entry, state: 'failed', code } : null;

/** The entry after a send; null when nothing is left to do or to show. */
export function settle(entry: Entry, outcome: Outcome): Entry | null {
  if (outcome === 'unreached') return { ...entry, state: 'queued' };
  if (outcome === 'lost') {
    const losses = entry.losses + 1;
    // Poison: one that breaks the connection each time would keep all behind it from ever being sent.
    return losses < maxLosses
      ? { ...entry, state: 'queued', losses }
      : fail({ ...entry, losses }, 'unavailable');
  }
  if (outcome.ok) return { ...entry, ackedSeq: outcome.seq };
  const { code, retryable } = outcome;
  if (retryable || code === 'unauthenticated' || finalRefusals.includes(code))
    return { ...entry, state: 'queued' };
  return entry.name === 'handoff:request' && fulfilled.includes(code) ? null : fail(entry, code);
}

/** Whether nobody can expect any more that it is sent. */
export const isExpired = (entry: Entry, now: number) => isSendable(entry) && now - entry.at > maxAgeMs;
export const expire = (entry: Entry): Entry | null => fail(entry, 'expired');

/** First in, first out: by the time-ordered cid. What failed stands aside, what is acknowledged is done. */
export const isSendable = (entry: Entry) => entry.state !== 'failed' && entry.ackedSeq === null;

/** Whether the end of this turn is among the entries, on its way to the server. */
export const isEnding = (entries: readonly Entry[], conversationId: string, turn: number) =>
  entries.some(
    (entry) =>
      entry.conversationId === conversationId && isCommand(entry, 'answer:end') && entry.body.turn === turn,
  );

/** What was said or shared and the wish for a person make sense in any conversation; the rest is about one. */
export const isMovable = ({ name }: Entry) =>
  name === 'message:send' || name === 'handoff:request' || name.endsWith(':share');

/**
 * The entry in a new conversation, because the old one is out of reach: what was said and the wish for a person
 * move along, the rest was about what is gone (null).
 */
export function move(entry: Entry, conversationId: string): Entry | null {
  if (!isMovable(entry)) return null;
  const moved = { ...entry, conversationId };
  return entry.state === 'failed' ? moved : { ...moved, state: 'queued', ackedSeq: null };
}
