import type { TargetedSubmitEvent } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Guidance } from '../../protocol/guidance.ts';
import { NotLoaded } from '../shared/NotLoaded.tsx';
import { useWorkplace } from '../workplace.ts';
import { readCase, type WrittenCase, writtenCase } from './replay-words.ts';
import { createReplayCase } from './replays.ts';

interface Props {
  readonly guidance: Guidance;
  readonly canReach: boolean;
  readonly onClose: () => void;
  readonly onKept: (said: string) => void;
}

/** What a guidance is tried with: further questions, close ones, and how the answers are scored. */
export function ReplayCaseForm({ guidance, canReach, onClose, onKept }: Props) {
  const { session } = useWorkplace();
  const [book] = useState(() => createReplayCase(session.api, guidance.id));
  const first = useRef<HTMLTextAreaElement>(null);
  useEffect(() => void book.load(), [book]);
  const { list: found, hasFailed, busy, said } = book.state.value;
  const isThere = found !== null;
  useEffect(() => {
    if (isThere) first.current?.focus();
  }, [isThere]);
  if (found === null) {
    return (
      <NotLoaded hasFailed={hasFailed} onAgain={() => void book.load()}>
        What it is tried with could not be loaded.
      </NotLoaded>
    );
  }
  const written = writtenCase(found);
  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const field = (name: keyof WrittenCase) => String(fields.get(name) ?? '');
    const isKept = await book.save(
      readCase({
        questions: field('questions'),
        neighbours: field('neighbours'),
        has: field('has'),
        hasNot: field('hasNot'),
        similar: field('similar'),
        atLeast: field('atLeast'),
        judge: field('judge'),
      }),
    );
    if (isKept) onKept(book.state.peek().said?.text ?? '');
  };
  const lined = (name: keyof WrittenCase, label: string, isFirst = false) => (
    <label class="field">
      {label}
      <textarea
        class="input"
        name={name}
        rows={2}
        defaultValue={written[name]}
        ref={isFirst ? first : null}
      />
    </label>
  );
  return (
    <form
      class="settings-form replay-case"
      aria-label="Questions and checks"
      onSubmit={(event) => void submit(event)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
      }}
    >
      {lined('questions', 'Further questions that must get it, one a line', true)}
      {lined('neighbours', 'Close questions that must not change, one a line')}
      <p class="soft small">
        Its {found.examples.length === 1 ? 'example is' : `${found.examples.length} examples are`} asked in
        any case, and up to five close questions are taken from what customers have asked.
      </p>
      <div class="replay-checks-fields">
        {lined('has', 'The answer contains, one a line')}
        {lined('hasNot', 'The answer does not contain, one a line')}
      </div>
      <div class="replay-checks-fields">
        {lined('similar', 'The answer is like')}
        <label class="field replay-share">
          At least, in %
          <input
            class="input"
            name="atLeast"
            type="number"
            min={0}
            max={100}
            defaultValue={written.atLeast}
          />
        </label>
      </div>
      {lined('judge', 'How the answer has to be, for the judging model to say yes or no')}
      <p class="soft small">
        {found.usual.similar === undefined
          ? 'Without any of these only that the questions get it is looked at.'
          : 'Without any of these the answer is held against the words of the guidance.'}
      </p>
      <p class="fail small" role="alert">
        {said?.isProblem ? said.text : ''}
      </p>
      <div class="form-buttons">
        <button type="submit" class="button primary" disabled={!canReach || busy !== null}>
          Keep
        </button>
        <button type="button" class="button quiet" onClick={onClose}>
          Close
        </button>
      </div>
    </form>
  );
}
