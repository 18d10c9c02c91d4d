import type { CustomerCommand } from '../domain/command.ts';
import type { FoundGuidance } from '../domain/guidance.ts';

/**
 * Lets what a customer does wait for the guidance that is looked up for it, and what they do next wait for that: a
 * conversation's commands stay in order, however long each is looked up for.
 */
export function createInOrder() {
  const running = new Map<string, Promise<FoundGuidance | null>>();

  return {
    /**
     * @param found what is looked up for this command, which never throws; null: nothing
     * @returns the same, once it is this command's turn; null: at once
     */
    after(
      conversationId: string,
      found: Promise<FoundGuidance | null> | null,
    ): Promise<FoundGuidance | null> | null {
      const before = running.get(conversationId);
      if (before === undefined && found === null) return null;
      const inTurn = (before ?? Promise.resolve(null)).then(() => found);
      running.set(conversationId, inTurn);
      const forget = () => {
        if (running.get(conversationId) === inTurn) running.delete(conversationId);
      };
      inTurn.then(forget, forget);
      return inTurn;
    },
  };
}

/** The commands by which a customer asks the bot something. */
export type Asking = Extract<CustomerCommand, { name: 'message:send' | 'answer:retry' }>;

export const isAsking = (command: CustomerCommand): command is Asking =>
  command.name === 'message:send' || command.name === 'answer:retry';
