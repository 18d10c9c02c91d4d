import type {
  ReplayCase,
  ReplayCaseChange,
  ReplayCaseImport,
  ReplayImported,
  ReplayPage,
  ReplayReport,
  ReplayRun,
  ReplayStart,
} from '../protocol/replay.ts';

/** The server's side of replays. */
export interface ReplayApi {
  replayCase(guidance: string): Promise<ReplayCase>;
  saveReplayCase(change: ReplayCaseChange): Promise<ReplayCase>;
  importReplayCases(cases: ReplayCaseImport): Promise<ReplayImported>;
  replays(query: URLSearchParams): Promise<ReplayPage>;
  replay(id: string): Promise<ReplayReport>;
  startReplay(start: ReplayStart): Promise<ReplayRun>;
  stopReplay(id: string): Promise<ReplayRun>;
}

/** @param read @param post how the desk asks; both throw an ApiError for whatever goes wrong */
export const createReplayApi = (
  read: <T>(path: string) => Promise<T>,
  post: <T>(path: string, body: object) => Promise<T>,
): ReplayApi => ({
  replayCase: (guidance) => read(`/v1/desk/guidance/${guidance}/case`),
  saveReplayCase: (change) => post('/v1/desk/guidance/case', change),
  importReplayCases: (cases) => post('/v1/desk/replays/import', cases),
  replays: (query) => read(`/v1/desk/replays?${query}`),
  replay: (id) => read(`/v1/desk/replays/${id}/report`),
  startReplay: (start) => post('/v1/desk/replays/start', start),
  stopReplay: (id) => post('/v1/desk/replays/stop', { id }),
});
