import type { ExportList } from '../protocol/exports.ts';
import type { FeedbackPage, ReceiptFigures } from '../protocol/feedback.ts';
import type { Guidance, GuidanceHistory, GuidancePage } from '../protocol/guidance.ts';
import type { Insights, InsightsVisits, WeakQuestions } from '../protocol/insights.ts';
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
import type { AlikeQuestions, WeakQuestionDetail, WeakQuestionPage } from '../protocol/weak-questions.ts';

/** How a request is made; both throw ApiError, or AbortError if aborted. */
interface Asking {
  json<T>(path: string, signal?: AbortSignal): Promise<T>;
  posted<T>(path: string, body: object): Promise<T>;
}

/** What reviewers need of the server: feedback, guidance, replays, figures and exports. */
export interface ReviewApi {
  feedback(query: URLSearchParams, signal: AbortSignal): Promise<FeedbackPage>;
  guidance(query: URLSearchParams): Promise<GuidancePage>;
  guidanceHistory(id: string): Promise<GuidanceHistory>;
  /** With the body that the protocol declares for it. */
  changeGuidance(verb: GuidanceVerb, body: object): Promise<Guidance>;
  weakQuestionList(query: URLSearchParams, signal: AbortSignal): Promise<WeakQuestionPage>;
  weakQuestion(id: string, signal: AbortSignal): Promise<WeakQuestionDetail>;
  alikeQuestions(id: string, signal: AbortSignal): Promise<AlikeQuestions>;
  /** With the body that the protocol declares for it. */
  changeWeakQuestion<T>(verb: WeakVerb, body: object): Promise<T>;
  replayCase(guidance: string): Promise<ReplayCase>;
  saveReplayCase(change: ReplayCaseChange): Promise<ReplayCase>;
  importReplayCases(cases: ReplayCaseImport): Promise<ReplayImported>;
  replays(query: URLSearchParams): Promise<ReplayPage>;
  replay(id: string): Promise<ReplayReport>;
  startReplay(start: ReplayStart): Promise<ReplayRun>;
  stopReplay(id: string): Promise<ReplayRun>;
  insights(query: URLSearchParams, signal: AbortSignal): Promise<Insights>;
  weakQuestions(query: URLSearchParams, signal: AbortSignal): Promise<WeakQuestions>;
  insightsVisits(query: URLSearchParams, signal: AbortSignal): Promise<InsightsVisits>;
  exports(): Promise<ExportList>;
  /** `start`, `remove`, `schedule` or `schedule/remove`, with the body that the protocol declares for it. */
  changeExports(verb: ExportVerb, body: object): Promise<void>;
  receiptFigures(query: URLSearchParams, signal: AbortSignal): Promise<ReceiptFigures>;
}

type GuidanceVerb =
  | 'add'
  | 'from-answer'
  | 'change'
  | 'propose'
  | 'approve'
  | 'send-back'
  | 'roll-back'
  | 'retire';
export type WeakVerb = 'take' | 'release' | 'reopen' | 'decline' | 'merge' | 'split';
type ExportVerb = 'start' | 'remove' | 'schedule' | 'schedule/remove';

export function createReviewApi({ json, posted }: Asking): ReviewApi {
  return {
    feedback: (query, signal) => json(`/v1/feedback?${query}`, signal),
    guidance: (query) => json(`/v1/desk/guidance?${query}`),
    guidanceHistory: (id) => json(`/v1/desk/guidance/${id}/history`),
    changeGuidance: (verb, body) => posted(`/v1/desk/guidance/${verb}`, body),
    weakQuestionList: (query, signal) => json(`/v1/desk/weak-questions?${query}`, signal),
    weakQuestion: (id, signal) => json(`/v1/desk/weak-questions/${id}/behind`, signal),
    alikeQuestions: (id, signal) => json(`/v1/desk/weak-questions/${id}/alike`, signal),
    changeWeakQuestion: (verb, body) => posted(`/v1/desk/weak-questions/${verb}`, body),
    replayCase: (guidance) => json(`/v1/desk/guidance/${guidance}/case`),
    saveReplayCase: (change) => posted('/v1/desk/guidance/case', change),
    importReplayCases: (cases) => posted('/v1/desk/replays/import', cases),
    replays: (query) => json(`/v1/desk/replays?${query}`),
    replay: (id) => json(`/v1/desk/replays/${id}/report`),
    startReplay: (start) => posted('/v1/desk/replays/start', start),
    stopReplay: (id) => posted('/v1/desk/replays/stop', { id }),
    insights: (query, signal) => json(`/v1/desk/insights?${query}`, signal),
    weakQuestions: (query, signal) => json(`/v1/desk/insights/weak?${query}`, signal),
    insightsVisits: (query, signal) => json(`/v1/desk/insights/visits?${query}`, signal),
    exports: () => json('/v1/exports'),
    changeExports: (verb, body) => posted(`/v1/exports/${verb}`, body),
    receiptFigures: (query, signal) => json(`/v1/feedback/receipts?${query}`, signal),
  };
}
