import { personIcon } from '../icons.ts';
import { Icon } from './Icon.tsx';
import { useText, useUi } from './ui.ts';

/** Words with the way to a person beside them; once one has been asked for, the words alone. */
export function Offer(props: { words: string; isFailure?: boolean; children?: preact.ComponentChildren }) {
  const text = useText();
  const { standing, talkToHuman } = useUi();
  return (
    <div class={props.isFailure ? 'offer fail' : 'offer'}>
      <p>{props.words}</p>
      <div class="buttons">
        {props.children}
        {standing.value.kind === 'bot' && (
          <button type="button" class="button quiet" onClick={talkToHuman}>
            <Icon shape={personIcon} />
            {text.talkToHuman}
          </button>
        )}
      </div>
    </div>
  );
}
