import { useSignal } from '@preact/signals';
import type { Permission } from '../protocol/agent.ts';
import { Board } from './board/Board.tsx';
import { Guidance } from './guidance/Guidance.tsx';
import { acceptAndOpen, nextToAccept } from './inbox/accept.ts';
import { Inbox } from './inbox/Inbox.tsx';
import { SoundSwitch } from './inbox/SoundSwitch.tsx';
import { Insights } from './insights/Insights.tsx';
import { Promises } from './promises/Promises.tsx';
import { Feedback } from './review/Feedback.tsx';
import { Questions } from './review/Questions.tsx';
import {
  boardPath,
  feedbackPath,
  inboxPath,
  insightsPath,
  navigate,
  promisesPath,
  route,
  searchPath,
  settingsPath,
} from './route.ts';
import { Search } from './search/Search.tsx';
import { PasswordOffer } from './settings/PasswordOffer.tsx';
import { Settings } from './settings/Settings.tsx';
import { Icon, type IconName } from './shared/Icon.tsx';
import { Link } from './shared/Link.tsx';
import { ShortcutSheet } from './shared/ShortcutSheet.tsx';
import { useShortcuts } from './shared/shortcuts.ts';
import { WaitingTime } from './shared/WaitingTime.tsx';
import { useWorkplace } from './workplace.ts';

const views: readonly {
  view: 'inbox' | 'promises' | 'search' | 'board' | 'feedback' | 'insights' | 'settings';
  name: string;
  icon: IconName;
  path: string;
}[] = [
  { view: 'inbox', name: 'Inbox', icon: 'inbox', path: inboxPath },
  { view: 'promises', name: 'Promises', icon: 'promises', path: promisesPath },
  { view: 'search', name: 'Search', icon: 'search', path: searchPath },
  { view: 'board', name: 'Board', icon: 'board', path: boardPath },
  { view: 'feedback', name: 'Feedback', icon: 'feedback', path: feedbackPath },
  { view: 'insights', name: 'Insights', icon: 'insights', path: insightsPath },
  { view: 'settings', name: 'Settings', icon: 'settings', path: settingsPath },
];

/** The views of whoever is signed in, in the order of the bar and of the keys. */
const viewsOf = (may: (permission: Permission) => boolean) =>
  views.filter(({ view }) => (view !== 'board' && view !== 'insights') || may('insights:read'));

/** What is around every view: where one can go, how things stand, and whether the line to the server holds. */
export function Shell() {
  const workplace = useWorkplace();
  const { alerts, may } = workplace;
  const isSheetOpen = useSignal(false);
  const { view } = route.value;
  useShortcuts({
    // In every view: who hears that a customer waits is one press away from answering.
    a: () => {
      const at = route.peek();
      const id = nextToAccept(workplace, at.view === 'inbox' ? at.conversationId : null);
      return id !== null && may('conversations:work') && acceptAndOpen(workplace, id);
    },
    ...Object.fromEntries(viewsOf(may).map(({ path }, index) => [index + 1, () => navigate(path)])),
    s: () => navigate(searchPath),
    '?': () => {
      isSheetOpen.value = true;
    },
  });

  return (
    <div class="shell">
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <Rail />
      <TopBar onShortcuts={() => (isSheetOpen.value = true)} />
      <Banners />
      <main id="main" tabIndex={-1}>
        {view === 'inbox' && <Inbox />}
        {view === 'promises' && <Promises />}
        {view === 'search' && <Search />}
        {view === 'board' && <Board />}
        {(view === 'feedback' || (view === 'questions' && !may('feedback:review'))) && <Feedback />}
        {view === 'questions' && may('feedback:review') && <Questions />}
        {view === 'guidance' && <Guidance />}
        {view === 'insights' && <Insights />}
        {view === 'settings' && <Settings />}
      </main>
      <p class="hidden" role="status">
        {alerts.announcement.value}
      </p>
      {isSheetOpen.value && <ShortcutSheet onClose={() => (isSheetOpen.value = false)} />}
    </div>
  );
}

/** Weak questions, and guidance, where they lead, are of the feedback: they have no place of their own in the bar. */
const isAt = (view: string) => {
  const { view: at } = route.value;
  return at === view || (view === 'feedback' && (at === 'guidance' || at === 'questions'));
};

function Rail() {
  const { desk, duePromises, may } = useWorkplace();
  const waiting = desk.waiting.value.length;
  const due = duePromises.count.value;
  return (
    <nav class="rail" aria-label="Views">
      {viewsOf(may).map(({ view, name, icon, path }) => (
        <Link key={view} href={path} class="rail-link" aria-current={isAt(view) ? 'page' : undefined}>
          <Icon name={icon} />
          <span class="rail-name">{name}</span>
          {view === 'inbox' && waiting > 0 && (
            <span class="badge">
              {waiting}
              <span class="hidden"> waiting</span>
            </span>
          )}
          {view === 'promises' && due > 0 && (
            <span
              class={duePromises.isLate.value ? 'badge' : 'badge due'}
              title="Yours, due within the hour or overdue"
            >
              {due}
              <span class="hidden"> of yours due</span>
            </span>
          )}
        </Link>
      ))}
    </nav>
  );
}

function TopBar({ onShortcuts }: { onShortcuts: () => void }) {
  const { desk, availability, connection, setAvailability, me, may } = useWorkplace();
  const waiting = desk.waiting.value;
  const longest = waiting.reduce<number | null>(
    (since, row) =>
      row.waitingSince === null ? since : Math.min(since ?? row.waitingSince, row.waitingSince),
    null,
  );
  const isOnline = availability.value === 'online';
  return (
    <header class="topbar">
      <p class="figures">
        <span>
          Waiting <b>{waiting.length}</b>
        </span>
        {longest !== null && (
          <span>
            Longest <WaitingTime since={longest} />
          </span>
        )}
      </p>
      <span class="agent-name">{me.name}</span>
      {may('conversations:work') && (
        <button
          type="button"
          role="switch"
          class="availability"
          aria-checked={isOnline}
          aria-label="Available for new handoffs"
          title={
            isOnline
              ? 'Customers are told that someone is here'
              : 'Customers are told that nobody may be here'
          }
          disabled={connection.state.value !== 'online'}
          onClick={() => setAvailability(isOnline ? 'away' : 'online')}
        >
          <span class="dot" aria-hidden="true" />
          {isOnline ? 'Online' : 'Away'}
        </button>
      )}
      {may('conversations:work') && <SoundSwitch />}
      <button
        type="button"
        class="icon-button keys-button"
        aria-label="Keyboard shortcuts"
        title="Keyboard shortcuts (?)"
        onClick={onShortcuts}
      >
        <Icon name="keyboard" />
      </button>
    </header>
  );
}

function Banners() {
  const { connection, wasSetAway, setAvailability } = useWorkplace();
  const state = connection.state.value;
  return (
    <section class="banners" aria-label="Notices">
      <div role="status">
        {state === 'offline' && (
          <p class="banner warn">
            Connection lost. Trying again… What you send is kept and goes out when it is back.
          </p>
        )}
        {state === 'limited' && (
          <p class="banner warn">
            No live connection. What you do still goes through; what others do shows a few seconds late.
          </p>
        )}
        {state === 'outdated' && (
          <p class="banner warn">
            Handrail has been updated. Reload to go on; what you have written is kept.{' '}
            <button type="button" class="button small" onClick={() => location.reload()}>
              Reload
            </button>
          </p>
        )}
        {wasSetAway.value && (
          <p class="banner warn">
            You were set away, as offers passed without a word from you.{' '}
            <button type="button" class="button small" onClick={() => setAvailability('online')}>
              I am back
            </button>
          </p>
        )}
      </div>
      <PasswordOffer />
    </section>
  );
}
