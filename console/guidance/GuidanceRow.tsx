import { type Signal, useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { Guidance } from '../../protocol/guidance.ts';
import { GuidanceProof } from '../proof/GuidanceProof.tsx';
import { fullTime, now } from '../shared/time.ts';
import { count } from '../shared/words.ts';
import { useWorkplace } from '../workplace.ts';
import { GuidanceForm } from './GuidanceForm.tsx';
import { GuidanceVersions } from './GuidanceVersions.tsx';
import type { GuidanceBook } from './guidance-list.ts';
import { kinds, scopeWords, standing } from './guidance-words.ts';
import { Replay } from './Replay.tsx';

type Opened = 'change' | 'versions' | 'replay' | 'proof' | 'retire' | 'send-back' | null;

/** One guidance: how it stands, what it says, and what can be done with it. */
export function GuidanceRow(props: { guidance: Guidance; book: GuidanceBook; canReach: boolean }) {
  const { guidance, book, canReach } = props;
  const { me, may } = useWorkplace();
  const isOpen = useSignal(false);
  const opened = useSignal<Opened>(null);
  const { id, newest, proposed, live, state } = guidance;
  const { busy, said } = book.state.value;
  const { tone, text } = standing(guidance);
  const isOff = !canReach || busy !== null;
  const isOwn = newest.by.id === me.id;
  const mayApprove = may('guidance:approve');
  const isDraft = proposed === null && newest.version !== live && state !== 'retired';
  const close = () => {
    opened.value = null;
  };
  const scope = scopeWords(newest.scope, now.value);
  return (
    <li class="guidance-row" aria-label={newest.examples[0]}>
      <button
        type="button"
        class="guidance-open"
        aria-expanded={isOpen.value}
        aria-controls={`guidance-${id}`}
        onClick={() => (isOpen.value = !isOpen.value)}
      >
        <span class={`tag ${newest.kind}`}>{kinds[newest.kind].name}</span>
        <span class="guidance-question">{newest.examples[0]}</span>
        <span class={`small guidance-standing ${tone}`}>{text}</span>
      </button>
      <p role="status" class={said?.isProblem ? 'fail small said' : 'good small said'}>
        {said?.at === id ? said.text : ''}
      </p>
      <div id={`guidance-${id}`} class="guidance-body" hidden={!isOpen.value}>
        <blockquote class="guidance-text">{newest.text}</blockquote>
        {newest.examples.length > 1 && (
          <ul class="guidance-examples small">
            {newest.examples.slice(1).map((example) => (
              <li key={example}>{example}</li>
            ))}
          </ul>
        )}
        <p class="soft small">
          {[scope, me.sites.length > 1 ? guidance.siteName : '', count(newest.examples.length, 'question')]
            .filter((part) => part !== '')
            .join(' · ')}
          {' · '}
          {isOwn ? 'You' : newest.by.name}, {fullTime(newest.at)}
          {newest.reason !== '' && `: ${newest.reason}`}
        </p>
        <div class="form-buttons">
          {proposed !== null && mayApprove && (
            <>
              <button
                type="button"
                class="button small primary"
                disabled={isOff || (isOwn && guidance.isApprovedByTwo)}
                title={isOwn && guidance.isApprovedByTwo ? 'Somebody else has to approve it' : undefined}
                onClick={() => void book.approve({ id, version: proposed, reason: '' })}
              >
                Approve
              </button>
              <Opens what="send-back" opened={opened} isOff={isOff}>
                Send back…
              </Opens>
            </>
          )}
          {isDraft && may('guidance:propose') && (
            <button
              type="button"
              class="button small primary"
              disabled={isOff}
              onClick={() => void book.propose({ id, version: newest.version, reason: '' })}
            >
              Propose
            </button>
          )}
          {may('guidance:propose') && (
            <Opens what="change" opened={opened} isOff={isOff}>
              Change…
            </Opens>
          )}
          <Opens what="versions" opened={opened}>
            Versions
          </Opens>
          <Opens what="replay" opened={opened}>
            Replay
          </Opens>
          {guidance.approved.length > 0 && (
            <Opens what="proof" opened={opened}>
              Proof
            </Opens>
          )}
          {live !== null && mayApprove && (
            <Opens what="retire" opened={opened} isOff={isOff}>
              Retire…
            </Opens>
          )}
        </div>
        {opened.value === 'change' && (
          <GuidanceForm book={book} canReach={canReach} guidance={guidance} onClose={close} />
        )}
        {opened.value === 'versions' && (
          <GuidanceVersions key={guidance.changedAt} guidance={guidance} book={book} canReach={canReach} />
        )}
        {opened.value === 'replay' && (
          <Replay key={guidance.changedAt} guidance={guidance} canReach={canReach} />
        )}
        {opened.value === 'proof' && <GuidanceProof key={guidance.changedAt} id={id} />}
        {(opened.value === 'retire' || opened.value === 'send-back') && (
          <WithReason
            verb={opened.value === 'retire' ? 'Retire it' : 'Send it back'}
            isOff={isOff}
            onCancel={close}
            onDone={async (reason) => {
              const isDone =
                opened.value === 'retire'
                  ? await book.retire({ id }, reason)
                  : await book.sendBack({ id, version: proposed ?? newest.version, reason });
              if (isDone) opened.value = null;
            }}
          />
        )}
      </div>
    </li>
  );
}

/** Opens something below the row, or closes it again. */
function Opens(props: {
  what: NonNullable<Opened>;
  opened: Signal<Opened>;
  isOff?: boolean;
  children: ComponentChildren;
}) {
  const { what, opened, isOff = false, children } = props;
  const isOpen = opened.value === what;
  return (
    <button
      type="button"
      class="button small"
      disabled={isOff}
      aria-expanded={isOpen}
      onClick={() => {
        opened.value = isOpen ? null : what;
      }}
    >
      {children}
    </button>
  );
}

function WithReason(props: {
  verb: string;
  isOff: boolean;
  onCancel: () => void;
  onDone: (reason: string) => Promise<void>;
}) {
  const { verb, isOff, onCancel, onDone } = props;
  return (
    <form
      class="settings-form"
      aria-label={verb}
      onSubmit={(event) => {
        event.preventDefault();
        void onDone(String(new FormData(event.currentTarget).get('reason')).trim());
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onCancel();
      }}
    >
      <label class="field">
        Why, for those who look later
        <input class="input" name="reason" maxLength={2_000} ref={(field) => field?.focus()} />
      </label>
      <div class="form-buttons">
        <button type="submit" class="button primary" disabled={isOff}>
          {verb}
        </button>
        <button type="button" class="button quiet" onClick={onCancel}>
          Cancel
        </button>
      </div>
    </form>
  );
}
