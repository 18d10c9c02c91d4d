import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { sendIcon } from '../icons.ts';
import { Icon } from './Icon.tsx';
import { useUi } from './ui.ts';

/** The longest message that the server takes, in UTF-16 units. */
const longest = 8_000;
/** From here on the customer is told how much is left. */
const nearEnd = 7_500;

export function Composer() {
  const { chat, text, standing, send, isOpen } = useUi();
  const field = useRef<HTMLTextAreaElement>(null);
  const draft = chat.draft.value;
  const left = longest - draft.length;
  const isRefused = chat.connection.value === 'refused';
  const canSend = draft.trim() !== '' && left >= 0 && !isRefused;
  const now = standing.value;
  const placeholder = {
    bot: text.askAnything,
    asked: text.writeMessage,
    waiting: text.writeMessage,
    human: now.kind === 'human' ? text.writeTo(now.agent.name) : '',
    resolved: text.writeAgain,
  }[now.kind];

  // As high as its text; in a closed panel nothing has a height.
  const grow = () => {
    const { current } = field;
    if (current === null || !isOpen.peek()) return;
    current.style.height = 'auto';
    current.style.height = `${current.scrollHeight}px`;
  };
  useLayoutEffect(grow, [draft]);
  useEffect(grow, [isOpen.value]);

  const submit = () => {
    if (!canSend) return;
    chat.draft.value = '';
    send(draft.trim());
  };

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
        field.current?.focus();
      }}
    >
      <div class="field">
        <textarea
          ref={field}
          rows={1}
          dir="auto"
          enterkeyhint="send"
          aria-label={text.message}
          aria-describedby={left <= longest - nearEnd ? 'left' : undefined}
          aria-invalid={left < 0}
          placeholder={placeholder}
          readOnly={isRefused}
          value={draft}
          onInput={({ currentTarget }) => {
            chat.draft.value = currentTarget.value;
            chat.typing();
          }}
          onKeyDown={(event) => {
            // The Enter that ends the composition of a word (Japanese, Chinese, Korean) sends nothing.
            if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            submit();
          }}
        />
        <button
          type="submit"
          class="send"
          aria-label={text.sendMessage}
          title={text.sendMessage}
          aria-disabled={!canSend}
        >
          <Icon shape={sendIcon} />
        </button>
      </div>
      {left <= longest - nearEnd && (
        <p id="left" class="left" data-over={left < 0} role="status">
          {left < 0 ? text.tooLong(-left) : text.charactersLeft(left)}
        </p>
      )}
    </form>
  );
}
