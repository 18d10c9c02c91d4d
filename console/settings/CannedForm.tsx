import { useSignal } from '@preact/signals';
import type { TargetedSubmitEvent } from 'preact';
import type { CannedResponse } from '../../protocol/canned.ts';
import { ApiError } from '../api.ts';
import { SiteSelect } from '../shared/SiteSelect.tsx';
import { refusalWords } from '../shared/words.ts';
import { useWorkplace } from '../workplace.ts';

/** Writes a canned response. Its site is chosen once. */
export function CannedForm(props: {
  canned: CannedResponse | null;
  onDone: () => void;
  onLeave: () => void;
}) {
  const { canned, onDone, onLeave } = props;
  const { session } = useWorkplace();
  const problem = useSignal<string | null>(null);
  const isBusy = useSignal(false);

  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const read = (name: string) => String(fields.get(name) ?? '').trim();
    const draft = {
      site: canned?.site ?? read('site'),
      shortcut: read('shortcut').replace(/^\//, ''),
      title: read('title'),
      text: read('text'),
      team: canned?.team ?? null,
    };
    isBusy.value = true;
    problem.value = null;
    try {
      if (canned === null) await session.api.addCanned(draft);
      else await session.api.changeCanned(canned.id, draft);
      onDone();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      problem.value = refusalWords(error.code === 'unreachable' ? 'unsent' : error.code);
    }
    isBusy.value = false;
  };

  return (
    <form
      class="settings-form"
      aria-label={canned === null ? 'New canned response' : `Edit ${canned.title}`}
      onSubmit={(event) => void submit(event)}
    >
      {canned === null ? <SiteSelect /> : <input type="hidden" name="site" value={canned.site} />}
      <label class="field">
        Shortcut: small letters, digits, - and _
        <input
          class="input"
          name="shortcut"
          required
          pattern="/?[a-z0-9][a-z0-9_\-]{0,31}"
          placeholder="refund"
          defaultValue={canned?.shortcut ?? ''}
        />
      </label>
      <label class="field">
        Title
        <input class="input" name="title" required maxLength={100} defaultValue={canned?.title ?? ''} />
      </label>
      <label class="field">
        Text
        <textarea
          class="input"
          name="text"
          rows={4}
          required
          maxLength={4_000}
          defaultValue={canned?.text ?? ''}
        />
      </label>
      <p class="soft small">
        Filled in where it is used: {'{{agent.name}}'}, {'{{site.name}}'}, {'{{customer.language}}'},{' '}
        {'{{customer.page}}'}. What is not known, like {'{{customer.name}}'}, stays and is pointed out.
      </p>
      {problem.value !== null && (
        <p class="fail" role="alert">
          {problem.value}
        </p>
      )}
      <div class="form-buttons">
        <button type="submit" class="button primary" disabled={isBusy.value}>
          {isBusy.value ? 'Saving…' : 'Save'}
        </button>
        <button type="button" class="button quiet" onClick={onLeave}>
          Cancel
        </button>
      </div>
    </form>
  );
}
