import { conversationPath, route } from '../route.ts';
import { useWorkplace } from '../workplace.ts';
import { AllConversations } from './AllConversations.tsx';
import { Conversation } from './Conversation.tsx';
import { Queue } from './Queue.tsx';
import { useInboxView, ViewSwitch } from './ViewSwitch.tsx';

/** The list on the left, the open conversation beside it. On a phone one of the two. */
export function Inbox() {
  const { value } = route;
  const openId = value.view === 'inbox' ? value.conversationId : null;
  const view = useInboxView();
  return (
    <div class={openId === null ? 'inbox' : 'inbox opened'}>
      <h1 class="hidden">Inbox</h1>
      <div class="lists">
        <ViewSwitch view={view} />
        {view.value === 'all' ? (
          <AllConversations openId={openId} />
        ) : (
          <Queue view={view.value} openId={openId} />
        )}
      </div>
      {openId === null ? <Nothing /> : <Conversation key={conversationPath(openId)} id={openId} />}
    </div>
  );
}

function Nothing() {
  const { desk, availability, may } = useWorkplace();
  const waiting = desk.waiting.value.length;
  return (
    <section class="nothing" aria-label="Conversation">
      <p class="soft">
        {!may('conversations:work')
          ? 'Choose a conversation to read it.'
          : waiting > 0
            ? 'Choose a conversation, or press A to take the next.'
            : availability.value === 'online'
              ? 'Nobody waits. You will hear when a customer asks for a person.'
              : 'You are away. Go online to hear when a customer asks for a person.'}
      </p>
    </section>
  );
}
