import { conversationPath, navigate } from '../route.ts';
import type { Workplace } from '../workplace.ts';
import { focusedRow } from './focused-row.ts';
import { isDeclining } from './held.ts';

/** Who is meant by "accept": the one in focus or open, if they wait; else the next, first of all one offered to me. */
export function nextToAccept({ desk, me }: Workplace, openId: string | null): string | null {
  const seen = [focusedRow(), openId].find((id) => id !== null && desk.row(id)?.status === 'waiting');
  if (seen) return seen;
  const waiting = desk.waiting.peek();
  const next =
    waiting.find(({ offer }) => offer?.agent.id === me.id) ??
    waiting.find(({ offer }) => offer === undefined);
  return next?.id ?? null;
}

/** Opens a waiting conversation and takes it. The reply can be written at once; a notice says who was faster. */
export async function acceptAndOpen(workplace: Workplace, conversationId: string): Promise<void> {
  const { actions, accepting, held, notice, wantsReply } = workplace;
  // Two quick presses are one wish.
  if (accepting.peek() !== null) return;
  // Who accepts after all has not declined.
  if (isDeclining(held.current.peek(), conversationId)) held.undo();
  accepting.value = conversationId;
  notice.value = null;
  navigate(conversationPath(conversationId));
  const happened = await actions.accept(conversationId);
  // First the wish, then the end of accepting: in between, the reply box would be taken away.
  if (happened === null) wantsReply.value = conversationId;
  else notice.value = { conversationId, text: happened };
  accepting.value = null;
}
