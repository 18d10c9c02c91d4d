import { type ReadonlySignal, signal } from '@preact/signals';
import type { Doing } from '../../protocol/agent.ts';
import type { Connection } from '../connection.ts';

export interface Watcher {
  readonly id: string;
  readonly name: string;
  readonly doing: Exclude<Doing, 'gone'>;
}

/** Which colleagues have the same conversation open, and what they do in it. */
export interface Watchers {
  readonly all: ReadonlySignal<readonly Watcher[]>;
  /** This agent writes, or has stopped. */
  doing(doing: Exclude<Doing, 'gone'>): void;
  /** Tells the others now. */
  say(): void;
  close(): void;
}

/** Said again this often; who was not heard for longer than the second is gone, whatever got lost. */
const sayEveryMs = 10_000;
const forgetAfterMs = 25_000;
/** Who has typed nothing for this long only reads. */
const pauseMs = 6_000;

export function createWatchers(
  conversationId: string,
  meId: string,
  connection: Pick<Connection, 'signal' | 'on' | 'state'>,
): Watchers {
  const all = signal<readonly Watcher[]>([]);
  const forgetting = new Map<string, ReturnType<typeof setTimeout>>();
  let own: Exclude<Doing, 'gone'> = 'reading';
  let pause: ReturnType<typeof setTimeout> | undefined;

  const say = () => connection.signal('conversation:look', { conversationId, doing: own });
  const forget = (id: string) => {
    clearTimeout(forgetting.get(id));
    forgetting.delete(id);
    all.value = all.peek().filter((watcher) => watcher.id !== id);
  };

  const stopListening = connection.on({
    colleague({ conversationId: about, agent, doing }) {
      if (about !== conversationId || agent.id === meId) return;
      const known = all.peek().find(({ id }) => id === agent.id);
      if (doing === 'gone') return forget(agent.id);
      clearTimeout(forgetting.get(agent.id));
      forgetting.set(
        agent.id,
        setTimeout(() => forget(agent.id), forgetAfterMs),
      );
      if (known?.doing !== doing) {
        const others = all.peek().filter(({ id }) => id !== agent.id);
        all.value = [...others, { ...agent, doing }].sort((a, b) => (a.name < b.name ? -1 : 1));
      }
      // Who has just come does not know of us yet.
      if (known === undefined) say();
    },
  });
  const timer = setInterval(say, sayEveryMs);

  return {
    all,
    say,
    doing(doing) {
      clearTimeout(pause);
      if (doing !== 'reading') pause = setTimeout(() => this.doing('reading'), pauseMs);
      if (doing === own) return;
      own = doing;
      say();
    },
    close() {
      clearInterval(timer);
      clearTimeout(pause);
      for (const waiting of forgetting.values()) clearTimeout(waiting);
      stopListening();
    },
  };
}

/** "Ben is reading · Eva is writing a note" */
export const watcherWords = (watchers: readonly Watcher[]): string =>
  watchers.map(({ name, doing }) => `${name} ${doingWords[doing]}`).join(' · ');

const doingWords: Readonly<Record<Watcher['doing'], string>> = {
  reading: 'is reading',
  replying: 'is writing a reply',
  noting: 'is writing a note',
};
