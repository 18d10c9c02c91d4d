import { type ReadonlySignal, signal } from '@preact/signals';
import type {
  ReplayCase,
  ReplayCaseContent,
  ReplayPage,
  ReplayReport,
  ReplayRun,
  ReplayStart,
} from '../../protocol/replay.ts';
import { type Api, ApiError } from '../api.ts';
import { followWhile } from '../shared/follow.ts';
import { createManagedList, type ManagedState } from '../shared/managed-list.ts';
import { readPages } from '../shared/read-pages.ts';
import { problemWords } from './replay-words.ts';

type ReplayApi = Pick<
  Api,
  'replayCase' | 'saveReplayCase' | 'importReplayCases' | 'replays' | 'replay' | 'startReplay' | 'stopReplay'
>;

export interface ShownReport {
  /** The run that is looked at; null: none. */
  readonly id: string | null;
  /** Null before it has come. */
  readonly report: ReplayReport | null;
  readonly hasFailed: boolean;
}

/** Runs in which one guidance was tried, or all that is live; without a screen. Nothing here throws. */
export interface Replays {
  readonly state: ReadonlySignal<ManagedState<ReplayPage>>;
  readonly shown: ReadonlySignal<ShownReport>;
  load(): Promise<void>;
  loadMore(): Promise<void>;
  start(start: ReplayStart): Promise<boolean>;
  stop(run: Pick<ReplayRun, 'id'>): Promise<boolean>;
  importCases(site: string, lines: string): Promise<boolean>;
  /** Looks at a run, or away from it. */
  look(id: string | null): Promise<void>;
  /** Keeps looking while one goes on. @returns stops it */
  follow(): () => void;
}

const none: ShownReport = { id: null, report: null, hasFailed: false };

/** @param guidance null: of all sites and all that is live */
export function createReplays(api: ReplayApi, guidance: string | null): Replays {
  let pages = 1;
  const read = () =>
    readPages(pages, (cursor) => {
      const query = new URLSearchParams({ limit: '10' });
      if (guidance !== null) query.set('guidance', guidance);
      if (cursor !== null) query.set('cursor', cursor);
      return api.replays(query);
    });
  const { state, load: loadRuns, act } = createManagedList(read, problemWords);
  const shown = signal<ShownReport>(none);

  const loadReport = async (id: string) => {
    try {
      const report = await api.replay(id);
      if (shown.peek().id === id) shown.value = { id, report, hasFailed: false };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (shown.peek().id === id) shown.value = { ...shown.peek(), hasFailed: true };
    }
  };
  const look = async (id: string | null) => {
    shown.value = { ...none, id };
    if (id !== null) await loadReport(id);
  };
  const isRunning = () => state.peek().list?.items.some((run) => run.state === 'running') === true;
  const load = async () => {
    const { id, report } = shown.peek();
    await loadRuns();
    // What is looked at has gone on, or has come to its end.
    if (id !== null && report?.run.state === 'running') await loadReport(id);
  };

  return {
    state,
    shown,
    load,
    look,
    async loadMore() {
      pages += 1;
      await loadRuns();
    },
    async start(start) {
      let begun: ReplayRun | null = null;
      const isDone = await act('start', async () => {
        begun = await api.startReplay(start);
        return 'Begun. You may leave this: it goes on.';
      });
      if (begun !== null) await look((begun as ReplayRun).id);
      return isDone;
    },
    stop: ({ id }) =>
      act('start', async () => {
        await api.stopReplay(id);
        if (shown.peek().id === id) await loadReport(id);
        return 'Stopped. What was asked until then stays.';
      }),
    importCases: (site, lines) =>
      act('start', async () => {
        const { cases } = await api.importReplayCases({ site, lines });
        return cases === 1 ? '1 case is kept.' : `${cases} cases are kept.`;
      }),
    follow: () => followWhile(isRunning, load),
  };
}

/** What one guidance is tried with. */
export function createReplayCase(api: ReplayApi, guidance: string) {
  const list = createManagedList<ReplayCase>(() => api.replayCase(guidance), problemWords);
  return {
    state: list.state,
    load: list.load,
    save: (content: ReplayCaseContent) =>
      list.act('case', async () => {
        await api.saveReplayCase({ id: guidance, ...content });
        return 'Kept. It holds from the next replay on.';
      }),
  };
}
export type ReplayCaseBook = ReturnType<typeof createReplayCase>;
