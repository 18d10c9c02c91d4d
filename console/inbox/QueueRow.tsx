import { plainText } from '../../browser/markdown.ts';
import type { ConversationSummary } from '../../protocol/agent.ts';
import { conversationPath } from '../route.ts';
import { Icon } from '../shared/Icon.tsx';
import { Link } from '../shared/Link.tsx';
import { ago, now } from '../shared/time.ts';
import { WaitingTime } from '../shared/WaitingTime.tsx';
import { count, handoffReasons, harms, harmTags, statuses } from '../shared/words.ts';
import { useWorkplace } from '../workplace.ts';
import { isDeclining } from './held.ts';

export function QueueRow(props: {
  row: ConversationSummary;
  isOpen: boolean;
  isStop: boolean;
  /** Where conversations of every status stand in one list. */
  isStatusShown?: boolean;
  onFocus: () => void;
}) {
  const { row, isOpen, isStop, onFocus } = props;
  const { held, me } = useWorkplace();
  const isMine = row.agent?.id === me.id;
  const needsReply = isMine && row.lastAuthor === 'customer';
  const language = row.context.language?.split('-')[0];
  const isForeign = language !== undefined && !navigator.language.startsWith(language);
  return (
    <Link
      href={conversationPath(row.id)}
      class={needsReply ? 'row needs-reply' : 'row'}
      data-row={row.id}
      tabIndex={isStop ? 0 : -1}
      aria-current={isOpen ? 'true' : undefined}
      onFocus={onFocus}
    >
      <span class="row-top">
        <span class="topic">{row.topic || 'No question yet'}</span>
        {isForeign && <span class="tag">{language}</span>}
        <span class="time">
          {row.waitingSince === null ? <Ago at={row.lastAt} /> : <WaitingTime since={row.waitingSince} />}
        </span>
      </span>
      <span class="last">
        {row.lastAuthor !== 'customer' && <span class="author">{lastAuthor(row, isMine)}: </span>}
        {row.lastAuthor === 'bot' ? plainText(row.lastText) : row.lastText}
      </span>
      <span class="row-tags">
        {row.offer !== undefined && !isDeclining(held.current.value, row.id) && (
          <Offered offer={row.offer} isToMe={row.offer.agent.id === me.id} />
        )}
        {row.status === 'waiting' && row.priority !== 'normal' && (
          <span class="tag urgent" title={row.because && harms[row.because]}>
            {row.priority === 'first' ? 'had an agent' : harmTags[row.because ?? 'urgent']}
          </span>
        )}
        {row.customer?.name !== undefined && <span class="soft name">{row.customer.name}</span>}
        {row.status === 'waiting' && row.reason !== null && (
          <span class="soft">{handoffReasons[row.reason]}</span>
        )}
        {row.status === 'human' && !isMine && row.agent !== null && (
          <span class="soft">{row.agent.name}</span>
        )}
        {row.downvotes > 0 && (
          <span class="downvotes" title={`${count(row.downvotes, 'answer')} marked down`}>
            <Icon name="thumbDown" />
            {row.downvotes}
            <span class="hidden"> marked down</span>
          </span>
        )}
        {props.isStatusShown === true && (row.status === 'bot' || row.status === 'resolved') && (
          <span class="soft">{statuses[row.status]}</span>
        )}
        {me.sites.length > 1 && <span class="soft">{row.site}</span>}
      </span>
    </Link>
  );
}

function lastAuthor(row: ConversationSummary, isMine: boolean): string {
  if (row.lastAuthor === 'bot') return 'Bot';
  return isMine ? 'You' : (row.agent?.name ?? 'Agent');
}

/** Until the offer ends; what the server has not yet told to be over is not shown any more. */
function Offered({ offer, isToMe }: { offer: NonNullable<ConversationSummary['offer']>; isToMe: boolean }) {
  const seconds = Math.ceil((offer.expiresAt - now.value) / 1_000);
  if (seconds <= 0) return null;
  return isToMe ? (
    <span class="tag offered">For you: {seconds} s</span>
  ) : (
    <span class="soft">Offered to {offer.agent.name}</span>
  );
}

function Ago({ at }: { at: number }) {
  return <>{ago(now.value - at)}</>;
}
