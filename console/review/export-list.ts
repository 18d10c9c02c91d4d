import type { ReadonlySignal } from '@preact/signals';
import type {
  Export,
  ExportList,
  ExportOrder,
  ExportSchedule,
  Schedule,
  ScheduleOrder,
} from '../../protocol/exports.ts';
import type { Api } from '../api.ts';
import { followWhile } from '../shared/follow.ts';
import { createManagedList, type ManagedState } from '../shared/managed-list.ts';
import { problemWords } from './export-words.ts';

/** Exports that are kept or being made, without a screen. Nothing here throws: what went wrong is said in place. */
export interface Exports {
  readonly state: ReadonlySignal<ManagedState<ExportList>>;
  load(): Promise<void>;
  start(order: ExportOrder): Promise<boolean>;
  schedule(order: ScheduleOrder): Promise<boolean>;
  remove(one: Export): Promise<boolean>;
  unschedule(one: Schedule): Promise<boolean>;
  /** Asks how far they are while any is being made. @returns ends it */
  follow(): () => void;
}

export function createExports(api: Pick<Api, 'exports' | 'changeExports'>): Exports {
  const { state, load, act } = createManagedList(() => api.exports(), problemWords);
  return {
    state,
    load,
    start: (order) =>
      act('start', async () => {
        await api.changeExports('start', order);
        return 'Begun. You may close this: it goes on.';
      }),
    schedule: (order) =>
      act('start', async () => {
        await api.changeExports('schedule', order);
        return 'It will come by itself, each time with what is new.';
      }),
    remove: ({ id, state: was }) =>
      act(id, async () => {
        await api.changeExports('remove', { id });
        return was === 'running' ? 'Stopped.' : 'Deleted.';
      }),
    unschedule: ({ id }) =>
      act(id, async () => {
        await api.changeExports('schedule/remove', { id });
        return 'It comes no more.';
      }),
    follow: () =>
      followWhile(() => state.peek().list?.exports.some((one) => one.state === 'running') === true, load),
  };
}

export type Again = 'once' | ExportSchedule;
