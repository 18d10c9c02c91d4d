import { useEffect, useState } from 'preact/hooks';
import type { WebhookDelivery } from '../../protocol/webhooks.ts';
import { conversationPath } from '../route.ts';
import { Link } from '../shared/Link.tsx';
import { LoadButtons } from '../shared/LoadButtons.tsx';
import { LoadFailed } from '../shared/LoadFailed.tsx';
import { dayAndClock, fullTime, now } from '../shared/time.ts';
import { useWorkplace } from '../workplace.ts';
import { createDeliveries, type Webhooks } from './webhook-list.ts';
import { resultWords } from './webhook-words.ts';

interface Props {
  readonly webhookId: string;
  readonly webhooks: Webhooks;
  readonly canReach: boolean;
}

/** What became of the tries, newest first; each conversation can be sent again from there on. */
export function WebhookDeliveries({ webhookId, webhooks, canReach }: Props) {
  const { session } = useWorkplace();
  const [list] = useState(() => createDeliveries(session.api, webhookId));
  const { deliveries, next, isLoading, hasFailed } = list.state.value;
  useEffect(() => {
    void list.load(null);
  }, [list]);

  const replay = async ({ conversation, fromSeq }: WebhookDelivery) => {
    await webhooks.replay({ id: webhookId, conversation, fromSeq });
    await list.load(null);
  };

  return (
    <div class="webhook-deliveries">
      <p class="soft small" role="status">
        {isLoading
          ? 'Loading…'
          : deliveries.length === 0 && !hasFailed
            ? 'No deliveries in the last two weeks.'
            : ''}
      </p>
      {hasFailed && (
        <LoadFailed isSmall onAgain={() => void list.load(null)}>
          The deliveries could not be loaded.
        </LoadFailed>
      )}
      {deliveries.length > 0 && (
        <table class="small">
          <thead>
            <tr>
              <th scope="col">When</th>
              <th scope="col">Facts</th>
              <th scope="col">Result</th>
              <th scope="col">
                <span class="hidden">Replay</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {deliveries.map((delivery) => (
              <Row
                key={delivery.id}
                delivery={delivery}
                isOff={!canReach || webhooks.state.value.busy !== null}
                onReplay={() => void replay(delivery)}
              />
            ))}
          </tbody>
        </table>
      )}
      <LoadButtons
        isLoading={isLoading}
        onAgain={() => void list.load(null)}
        onMore={next === null ? null : () => void list.load(next)}
      />
    </div>
  );
}

function Row(props: { delivery: WebhookDelivery; isOff: boolean; onReplay: () => void }) {
  const { delivery, isOff, onReplay } = props;
  const { fromSeq, throughSeq, conversation, at } = delivery;
  const { tone, text } = resultWords(delivery);
  const facts = fromSeq === throughSeq ? `${fromSeq}` : `${fromSeq}–${throughSeq}`;
  return (
    <tr>
      <td>
        <time dateTime={new Date(at).toISOString()} title={fullTime(at)}>
          {dayAndClock(at, now.value)}
        </time>
      </td>
      <td>
        <Link
          href={conversationPath(conversation)}
          aria-label={`Facts ${facts} of conversation ${conversation}`}
        >
          {facts}
        </Link>
      </td>
      <td class={tone}>{text}</td>
      <td>
        <button
          type="button"
          class="button small"
          disabled={isOff}
          aria-label={`Replay from fact ${fromSeq} of conversation ${conversation}`}
          title="Sends this conversation again, from here on"
          onClick={onReplay}
        >
          Replay
        </button>
      </td>
    </tr>
  );
}
