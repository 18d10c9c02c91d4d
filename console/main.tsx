import { render } from 'preact';
import { App } from './App.tsx';
import { followHistory } from './route.ts';
import { createSession } from './session.ts';
import { createShortcuts, ShortcutsContext } from './shared/shortcuts.ts';
import { startClock } from './shared/time.ts';

const root = document.getElementById('console');
if (root === null) throw new Error('the page has no place for the console');

followHistory();
startClock();
const session = createSession();
const shortcuts = createShortcuts();
render(
  <ShortcutsContext value={shortcuts}>
    <App session={session} />
  </ShortcutsContext>,
  root,
);
await session.refresh();
