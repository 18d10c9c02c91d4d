import { conversationPath, navigate } from '../route.ts';
import type { Workplace } from '../workplace.ts';

/** Opens a waiting conversation and takes it; the reply box gets the focus, or a notice says who was faster. */
export async function acceptAndOpen(workplace: Workplace, conversationId: string): Promise<void> {
  const { actions, accepting, notice, wantsReply } = workplace;
  // Two quick presses are one wish.
  if (accepting.peek() !== null) return;
  accepting.value = conversationId;
  notice.value = null;
  navigate(conversationPath(conversationId));
  const happened = await actions.accept(conversationId);
  accepting.value = null;
  if (happened === null) wantsReply.value = conversationId;
  else notice.value = { conversationId, text: happened };
}
