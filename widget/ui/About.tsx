import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { backIcon } from './conversation-icons.ts';
import { Icon } from './Icon.tsx';
import { isUnbegun } from './standing.ts';
import { useText, useUi } from './ui.ts';

/** What the assistant is, who answers for it, what is kept; and the ways out of the conversation. */
export function About() {
  const text = useText();
  const { chat, page, standing, forget } = useUi();
  const back = useRef<HTMLButtonElement>(null);
  // At once: the button that was pressed is gone, and a key in between would reach nobody.
  useLayoutEffect(() => back.current?.focus(), []);
  const toChat = () => {
    page.value = 'chat';
  };
  const who = chat.site.value?.answeredBy;
  const parts: [title: string, words: string][] = [
    [text.aboutWhat, text.aboutWhatText],
    ...(who ? [[text.aboutWho, text.aboutWhoText(who)] as [string, string]] : []),
    [text.aboutHuman, text.aboutHumanText],
    [text.aboutKept, text.aboutKeptText],
    [text.aboutFeedback, text.aboutFeedbackText],
  ];
  const canEnd = standing.value.kind !== 'resolved' && !isUnbegun(chat.transcript.value, chat.outbox.value);
  return (
    <section class="scroll about" aria-label={text.about}>
      <button type="button" class="link back" ref={back} onClick={toChat}>
        <Icon shape={backIcon} />
        {text.back}
      </button>
      <h3 class="title">{text.about}</h3>
      <dl>
        {parts.map(([title, words]) => (
          <div key={title}>
            <dt>{title}</dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
      {canEnd && (
        <Confirmed
          label={text.end}
          question={text.endQuestion}
          choices={[
            [text.endSolved, () => chat.resolve('solved')],
            [text.endUnsolved, () => chat.resolve('unsolved')],
          ]}
          onChosen={toChat}
        />
      )}
      <Confirmed
        label={text.forget}
        question={text.forgetQuestion}
        choices={[
          [text.forgetYes, forget],
          [text.forgetNo, () => undefined],
        ]}
        onChosen={toChat}
      />
    </section>
  );
}

/** A button that asks once more before it does something that cannot be taken back. */
function Confirmed(props: {
  label: string;
  question: string;
  choices: [label: string, act: () => void][];
  onChosen(): void;
}) {
  const isAsked = useSignal(false);
  const question = useRef<HTMLFieldSetElement>(null);
  useEffect(() => {
    if (isAsked.value) question.current?.focus();
  }, [isAsked.value]);
  if (!isAsked.value) {
    return (
      <button type="button" class="link way-out" onClick={() => (isAsked.value = true)}>
        {props.label}
      </button>
    );
  }
  return (
    <fieldset class="card" aria-label={props.label} tabIndex={-1} ref={question}>
      <p>{props.question}</p>
      <div class="buttons">
        {props.choices.map(([label, act]) => (
          <button
            key={label}
            type="button"
            class="button quiet"
            onClick={() => {
              act();
              props.onChosen();
            }}
          >
            {label}
          </button>
        ))}
      </div>
    </fieldset>
  );
}
