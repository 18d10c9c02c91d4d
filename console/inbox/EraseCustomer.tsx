import { useSignal } from '@preact/signals';
import { ApiError } from '../api.ts';
import { isReaching } from '../connection.ts';
import { Confirm } from '../shared/Confirm.tsx';
import { problemWords } from '../shared/problem-words.ts';
import { count } from '../shared/words.ts';
import { useWorkplace } from '../workplace.ts';

/** Erasing the customer of a conversation: first how much that is, then exactly so much. */
export function EraseCustomer({ id }: { id: string }) {
  const { session, connection } = useWorkplace();
  const found = useSignal<number | null>(null);
  const isBusy = useSignal(false);
  const problem = useSignal('');
  const isOff = isBusy.value || !isReaching(connection.state.value);

  const carryOut = async (act: () => Promise<void>) => {
    isBusy.value = true;
    problem.value = '';
    try {
      await act();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      found.value = null;
      problem.value =
        error.code === 'customer_has_changed'
          ? 'The customer has begun another conversation meanwhile. Look again.'
          : problemWords(error.code);
    } finally {
      isBusy.value = false;
    }
  };
  const look = () =>
    carryOut(async () => {
      found.value = (await session.api.customerBehind(id)).conversations;
    });
  // What is gone leaves the screen by the news of it, here as everywhere.
  const erase = (conversations: number) =>
    carryOut(async () => {
      await session.api.eraseCustomer({ conversationId: id, conversations });
    });

  const { value: conversations } = found;
  return (
    <>
      <h3>Personal data</h3>
      {conversations === null && (
        <button type="button" class="button small quiet" disabled={isOff} onClick={() => void look()}>
          Erase this customer…
        </button>
      )}
      {conversations !== null && (
        <Confirm
          yes="Erase for good"
          no="Keep"
          isOff={isOff}
          onYes={() => void erase(conversations)}
          onNo={() => (found.value = null)}
        >
          This takes away the customer with {count(conversations, 'conversation')}: every message, note, file
          and feedback, for everybody and for good. Only a backup could bring it back.
        </Confirm>
      )}
      <p class="fail small" role="alert">
        {problem.value}
      </p>
    </>
  );
}
