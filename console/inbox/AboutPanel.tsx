import type { Transcript } from '../../browser/transcript.ts';
import type { ConversationSummary } from '../../protocol/agent.ts';
import type { VerifiedCustomer } from '../../protocol/customer.ts';
import { OutsideLink } from '../shared/OutsideLink.tsx';
import { dayAndClock, now } from '../shared/time.ts';
import { WaitingTime } from '../shared/WaitingTime.tsx';
import { languageName } from '../shared/words.ts';
import { useWorkplace } from '../workplace.ts';
import type { About } from './about.ts';
import { EarlierConversations } from './EarlierConversations.tsx';
import { EraseCustomer } from './EraseCustomer.tsx';

/** Why they asked, and from where: what an agent reads before the first word. */
export function AboutPanel(props: {
  transcript: Transcript;
  about: About;
  row: ConversationSummary | null;
  isShown: boolean;
}) {
  const { transcript, about, row, isShown } = props;
  const { me } = useWorkplace();
  const { page, language } = transcript.context;
  const customer = row?.customer;
  const agent = transcript.agent ?? transcript.lastAgent;
  return (
    <aside class={isShown ? 'about shown' : 'about'} aria-label="About this conversation">
      <h3>Why they asked</h3>
      {about.reasons.length === 0 && <p class="soft">They have not asked for a person.</p>}
      {about.reasons.map((reason) => (
        <p key={reason}>{reason}</p>
      ))}
      <h3>Customer</h3>
      {customer !== undefined && <Verified customer={customer} />}
      <dl>
        {transcript.waitingSince !== null && (
          <Entry name="Waiting">
            <WaitingTime since={transcript.waitingSince} />
          </Entry>
        )}
        <Entry name="Page">
          {page === undefined ? 'Not told' : <OutsideLink url={page.url} title={page.title} />}
        </Entry>
        <Entry name="Language">{language === undefined ? 'Not told' : languageName(language)}</Entry>
        {about.beganAt !== null && <Entry name="Began">{dayAndClock(about.beganAt, now.value)}</Entry>}
        {me.sites.length > 1 && row !== null && <Entry name="Site">{row.site}</Entry>}
        {agent !== null && (
          <Entry name={transcript.agent === null ? 'Was with' : 'Agent'}>
            {agent.id === me.id ? 'You' : agent.name}
          </Entry>
        )}
        {transcript.rating !== null && <Entry name="Rated">{transcript.rating.rating} of 5</Entry>}
      </dl>
      <EarlierConversations id={transcript.conversationId} />
      {me.may.includes('customers:erase') && (
        <EraseCustomer key={transcript.conversationId} id={transcript.conversationId} />
      )}
    </aside>
  );
}

/** What the site's own backend says; what the page alone says stands below it, with the rest. */
function Verified({ customer }: { customer: VerifiedCustomer }) {
  const { name, email, traits } = customer;
  return (
    <div class="verified">
      {name !== undefined && <p class="name">{name}</p>}
      {email !== undefined && <p>{email}</p>}
      <p class="tag person">Verified by your site</p>
      <dl>
        {Object.entries(traits).map(([trait, value]) => (
          <Entry key={trait} name={trait}>
            {typeof value === 'boolean' ? (value ? 'Yes' : 'No') : String(value)}
          </Entry>
        ))}
      </dl>
    </div>
  );
}

function Entry({ name, children }: { name: string; children: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
