import { useSignal } from '@preact/signals';
import type { TargetedSubmitEvent } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Guidance } from '../../protocol/guidance.ts';
import { LoadFailed } from '../shared/LoadFailed.tsx';
import { SiteSelect } from '../shared/SiteSelect.tsx';
import { useWorkplace } from '../workplace.ts';
import { ReplayCaseForm } from './ReplayCaseForm.tsx';
import { ReplayHistory } from './ReplayHistory.tsx';
import { ReplayReport } from './ReplayReport.tsx';
import { createReplays } from './replays.ts';

/** Tries guidance against the live bot: one, before or after it is approved, or all that is live. */
export function Replay({ guidance, canReach }: { guidance: Guidance | null; canReach: boolean }) {
  const { session, may } = useWorkplace();
  const [replays] = useState(() => createReplays(session.api, guidance?.id ?? null));
  const isEditing = useSignal(false);
  const kept = useSignal('');
  const opener = useRef<HTMLButtonElement>(null);
  const file = useRef<HTMLInputElement>(null);
  const close = () => {
    isEditing.value = false;
    opener.current?.focus();
  };
  useEffect(() => {
    if (canReach) void replays.load();
  }, [replays, canReach]);
  useEffect(() => replays.follow(), [replays]);
  const { list, hasFailed, busy, said } = replays.state.value;
  const isOff = !canReach || busy !== null;
  const running = list?.items.find((run) => run.state === 'running') ?? null;
  const version = guidance === null ? null : (guidance.proposed ?? guidance.live ?? guidance.newest.version);

  const submit = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    kept.value = '';
    const fields = new FormData(event.currentTarget);
    const botVersion = String(fields.get('botVersion')).trim().replace(/\s+/g, ' ');
    void replays.start({
      site: guidance?.site ?? String(fields.get('site')),
      ...(guidance === null || version === null ? {} : { guidance: guidance.id, version }),
      ...(botVersion === '' ? {} : { botVersion }),
    });
  };
  const importFrom = async (form: HTMLFormElement | null) => {
    const [chosen] = file.current?.files ?? [];
    if (chosen === undefined || form === null) return;
    const site = String(new FormData(form).get('site'));
    await replays.importCases(site, await chosen.text());
    // The same file may be chosen again, once it is mended.
    if (file.current !== null) file.current.value = '';
  };

  return (
    <div class="replay">
      <p class="soft small">
        The live bot is asked with and without {guidance === null ? 'each guidance' : 'it'}, in no
        conversation: its questions must get it, and close ones must not change.
      </p>
      {may('guidance:propose') && (
        <form class="replay-form" aria-label="Replay" onSubmit={submit}>
          {guidance === null && <SiteSelect />}
          <label class="field">
            Version of the bot, if it does not say it
            <input class="input" name="botVersion" maxLength={80} pattern="[ -~]*" />
          </label>
          <div class="form-buttons">
            <button type="submit" class="button primary" disabled={isOff || running !== null}>
              {guidance === null ? 'Replay all that is live' : `Replay version ${version}`}
            </button>
            {guidance === null ? (
              <>
                <button type="button" class="button" disabled={isOff} onClick={() => file.current?.click()}>
                  Import cases…
                </button>
                <input
                  ref={file}
                  type="file"
                  accept=".jsonl,application/x-ndjson,application/json,text/plain"
                  aria-label="Cases as JSONL"
                  hidden
                  onChange={(event) => void importFrom(event.currentTarget.form)}
                />
              </>
            ) : (
              <button
                ref={opener}
                type="button"
                class="button"
                aria-expanded={isEditing.value}
                onClick={() => {
                  kept.value = '';
                  isEditing.value = !isEditing.value;
                }}
              >
                Questions and checks…
              </button>
            )}
          </div>
        </form>
      )}
      <p role="status" class={said?.isProblem ? 'fail small said' : 'good small said'}>
        {kept.value || (said?.text ?? '')}
      </p>
      {isEditing.value && guidance !== null && (
        <ReplayCaseForm
          guidance={guidance}
          canReach={canReach}
          onClose={close}
          onKept={(text) => {
            kept.value = text;
            close();
          }}
        />
      )}
      {hasFailed && (
        <LoadFailed isSmall onAgain={() => void replays.load()}>
          The replays could not be loaded.
        </LoadFailed>
      )}
      {list === null && !hasFailed && (
        <p class="soft small" role="status">
          Loading…
        </p>
      )}
      {list?.items.length === 0 && <p class="soft small">It has not been replayed yet.</p>}
      {list !== null && list.items.length > 0 && (
        <ReplayHistory list={list} replays={replays} isOfOne={guidance !== null} canReach={canReach} />
      )}
      <ReplayReport replays={replays} guidance={guidance?.id ?? null} />
    </div>
  );
}
