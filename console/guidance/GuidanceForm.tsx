import { useSignal } from '@preact/signals';
import type { TargetedSubmitEvent } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Guidance, GuidanceContent, GuidanceKind } from '../../protocol/guidance.ts';
import { SiteSelect } from '../shared/SiteSelect.tsx';
import type { GuidanceBook } from './guidance-list.ts';
import { kinds } from './guidance-words.ts';
import { readWritten, type Written, writtenOf } from './written.ts';

interface Props {
  readonly book: GuidanceBook;
  readonly canReach: boolean;
  /** The one that gets a new version; none: a new one is written. */
  readonly guidance?: Guidance;
  /** What the form begins with, and the weak question that a new one is written for. */
  readonly given?: { readonly content: GuidanceContent; readonly site: string; readonly question: string };
  readonly onClose: () => void;
}

const nothing: GuidanceContent = { kind: 'answer', text: '', examples: [], scope: {} };

/** Writes a guidance, or a new version of one: for which questions, what happens then, and for whom. */
export function GuidanceForm({ book, canReach, guidance, given, onClose }: Props) {
  const before = guidance?.newest ?? null;
  const shown = writtenOf(given?.content ?? before ?? nothing);
  const kind = useSignal<GuidanceKind>(shown.kind);
  const problem = useSignal('');
  const first = useRef<HTMLTextAreaElement>(null);
  useEffect(() => first.current?.focus(), []);
  const { busy, said } = book.state.value;
  const isBusy = busy !== null;
  const at = guidance?.id ?? 'add';

  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget, event.submitter);
    const field = (name: keyof Written | 'site' | 'reason' | 'then') => String(fields.get(name) ?? '');
    const read = readWritten(
      {
        kind: kind.value,
        text: field('text'),
        examples: field('examples'),
        languages: field('languages'),
        traits: field('traits'),
        from: field('from'),
        until: field('until'),
      },
      before,
    );
    problem.value = read.ok ? '' : read.problem;
    if (!read.ok) return;
    const rest = { ...read.content, reason: field('reason').trim(), isProposed: field('then') === 'propose' };
    const isDone =
      guidance === undefined
        ? await book.add({ site: field('site'), ...rest, ...(given && { question: given.question }) })
        : await book.change({ id: guidance.id, base: guidance.newest.version, ...rest });
    if (isDone) onClose();
  };

  return (
    <form
      class="settings-form guidance-form"
      aria-label={guidance === undefined ? 'Write guidance' : 'Change the guidance'}
      noValidate
      onSubmit={(event) => void submit(event)}
      onInput={() => {
        problem.value = '';
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        onClose();
      }}
    >
      {guidance === undefined && given !== undefined && (
        <input type="hidden" name="site" value={given.site} />
      )}
      {guidance === undefined && given === undefined && <SiteSelect />}
      <label class="field">
        Questions that it is for, one a line
        <textarea
          ref={first}
          class="input"
          name="examples"
          rows={Math.min(8, Math.max(3, given?.content.examples.length ?? 0))}
          defaultValue={shown.examples}
          placeholder={'How long does a refund take?\nWhere is my money?'}
        />
      </label>
      <fieldset class="guidance-kinds">
        <legend class="soft small">What happens then</legend>
        {(Object.keys(kinds) as GuidanceKind[]).map((one) => (
          <label key={one} class="check">
            <input
              type="radio"
              name="kind"
              value={one}
              checked={kind.value === one}
              onChange={() => (kind.value = one)}
            />
            <span>
              {kinds[one].name}
              <span class="soft small"> {kinds[one].does}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <label class="field">
        {kinds[kind.value].textIs}
        <textarea class="input" name="text" rows={4} maxLength={4_000} defaultValue={shown.text} />
      </label>
      <details class="guidance-scope" open={before !== null && Object.keys(before.scope).length > 0}>
        <summary class="small">Only for some, or for a time</summary>
        <div class="guidance-limits">
          <label class="field">
            Languages
            <input class="input" name="languages" defaultValue={shown.languages} placeholder="en, pt-BR" />
          </label>
          <label class="field">
            From
            <input class="input" type="date" name="from" defaultValue={shown.from} />
          </label>
          <label class="field">
            Last day
            <input class="input" type="date" name="until" defaultValue={shown.until} />
          </label>
        </div>
        <label class="field">
          Traits that your site vouches for, name: value, one a line
          <textarea class="input" name="traits" rows={2} defaultValue={shown.traits} />
        </label>
      </details>
      <label class="field">
        Why, for those who approve it
        <input class="input" name="reason" maxLength={2_000} />
      </label>
      <p class="fail small" role="alert">
        {problem.value || (said?.at === at && said.isProblem ? said.text : '')}
      </p>
      <div class="form-buttons">
        <button
          type="submit"
          name="then"
          value="propose"
          class="button primary"
          disabled={isBusy || !canReach}
        >
          Propose
        </button>
        <button type="submit" name="then" value="draft" class="button" disabled={isBusy || !canReach}>
          Save as draft
        </button>
        <button type="button" class="button quiet" onClick={onClose}>
          Cancel
        </button>
      </div>
    </form>
  );
}
