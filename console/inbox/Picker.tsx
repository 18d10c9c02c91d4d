/** One line of the picker. `insert` is what choosing it writes. */
export interface Choice {
  readonly key: string;
  readonly name: string;
  readonly detail: string;
  readonly insert: string;
}

export const choiceId = (index: number) => `choice-${index}`;

/** The list above the box while something is looked for. The focus stays in the box, which names the active line. */
export function Picker(props: {
  label: string;
  choices: readonly Choice[];
  active: number;
  empty: string;
  onChoose: (choice: Choice) => void;
}) {
  const { label, choices, active, empty, onChoose } = props;
  return (
    <div class="picker">
      <div role="listbox" id="picker" aria-label={label} tabIndex={-1}>
        {choices.map((choice, index) => (
          <div
            key={choice.key}
            id={choiceId(index)}
            role="option"
            tabIndex={-1}
            aria-selected={index === active}
            // Before the box loses the focus.
            onPointerDown={(event) => {
              event.preventDefault();
              onChoose(choice);
            }}
          >
            <b>{choice.name}</b> <span class="soft">{choice.detail}</span>
          </div>
        ))}
      </div>
      <p class={choices.length === 0 ? 'soft' : 'hidden'} role="status">
        {choices.length === 0 ? empty : `${choices.length} found. Arrow keys choose, Enter inserts.`}
      </p>
    </div>
  );
}
