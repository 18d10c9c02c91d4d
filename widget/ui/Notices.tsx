import { useEffect, useRef } from 'preact/hooks';
import { alertIcon } from '../icons.ts';
import { Icon } from './Icon.tsx';
import { useUi } from './ui.ts';

/** What stands in the way of the chat, and what the customer can do about it. */
export function Notices() {
  const { chat, text } = useUi();
  const connection = chat.connection.value;
  const failed = chat.outbox.value.filter(({ name, state }) => state === 'failed' && name !== 'message:send');
  return (
    <div class="notices">
      {connection === 'refused' && <Refused />}
      {connection === 'offline' && (
        <p class="notice" role="status">
          <Icon shape={alertIcon} />
          <span>{text.offline}</span>
        </p>
      )}
      {failed.map(({ cid, name }) => (
        <p class="notice fail" role="alert" key={cid}>
          <Icon shape={alertIcon} />
          <span>
            {name === 'handoff:request' ? text.notSentRequest : text.notSentOther}{' '}
            <button type="button" class="link" onClick={() => chat.retrySend(cid)}>
              {text.tryAgain}
            </button>{' '}
            <button type="button" class="link" onClick={() => chat.discard(cid)}>
              {text.discard}
            </button>
          </span>
        </p>
      ))}
    </div>
  );
}

/** The server will not serve this page. A press that could do nothing leads here, to the reason. */
function Refused() {
  const { chat, text, refusedPresses } = useUi();
  const notice = useRef<HTMLParagraphElement>(null);
  const presses = refusedPresses.value;
  useEffect(() => {
    if (presses > 0) notice.current?.focus();
  }, [presses]);
  const code = chat.refusal.value;
  const isNotSetUp = code === 'site_not_found' || code === 'origin_not_allowed';
  return (
    <p class="notice fail" role="alert" tabIndex={-1} ref={notice} key={presses}>
      <Icon shape={alertIcon} />
      <span>
        {isNotSetUp ? text.notSetUp : code === 'version_mismatch' ? text.outOfDate : text.refused}{' '}
        {!isNotSetUp && (
          <button type="button" class="link" onClick={() => location.reload()}>
            {text.reload}
          </button>
        )}
      </span>
    </p>
  );
}
