import { effect, type Signal, signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Availability, Me, Permission } from '../protocol/agent.ts';
import { ApiError } from './api.ts';
import { type Connection, createConnection, isReaching } from './connection.ts';
import { type Actions, createActions } from './inbox/actions.ts';
import { type Alerts, createAlerts } from './inbox/alerts.ts';
import { type Canned, createCanned } from './inbox/canned.ts';
import { createDesk, type Desk } from './inbox/desk.ts';
import { createDrafts, type Drafts } from './inbox/drafts.ts';
import { createHeld, type Held } from './inbox/held.ts';
import { createMentions, type Mentions } from './inbox/mentions.ts';
import { createOutbox, type Outbox } from './inbox/outbox.ts';
import { createUploads, type Uploads } from './inbox/uploads.ts';
import { tellOfPhone } from './phone.ts';
import { createDuePromises, type DuePromises } from './promises/due-promises.ts';
import type { Session } from './session.ts';
import { createDeviceAlerts, type DeviceAlerts } from './settings/device-alerts.ts';
import { uploadFile } from './upload.ts';

export interface Notice {
  readonly conversationId: string;
  readonly text: string;
}

/** All that a signed-in agent works with, without a screen. */
export interface Workplace {
  readonly me: Me;
  /** Whether to show what this needs; the server asks again each time. */
  may(permission: Permission): boolean;
  readonly session: Session;
  readonly connection: Connection;
  readonly availability: Signal<Availability>;
  /** The server set this agent away, as offers passed without a word. */
  readonly wasSetAway: Signal<boolean>;
  readonly desk: Desk;
  readonly actions: Actions;
  /** What can still be undone. */
  readonly held: Held;
  readonly mentions: Mentions;
  /** The agent's own promises that press. */
  readonly duePromises: DuePromises;
  readonly canned: Canned;
  readonly alerts: Alerts;
  readonly device: DeviceAlerts;
  readonly drafts: Drafts;
  readonly uploads: Uploads;
  readonly outbox: Outbox;
  /** The conversation whose reply box should get the focus as soon as it is there. */
  readonly wantsReply: Signal<string | null>;
  /** The conversation that is being accepted right now. */
  readonly accepting: Signal<string | null>;
  /** What just happened instead of what the agent wanted, and to which conversation. */
  readonly notice: Signal<Notice | null>;
  setAvailability(availability: Availability): void;
  close(): void;
}

export function createWorkplace(me: Me, session: Session): Workplace {
  const { api } = session;
  const availability = signal(me.availability);
  const may = (permission: Permission) => me.may.includes(permission);
  const alerts = createAlerts();
  const device = createDeviceAlerts(me.id, api, alerts);
  // Who is away has asked for quiet, and who takes nobody is not called; the row is there all the same.
  const isCalled = () => may('conversations:work') && availability.peek() === 'online';
  const desk = createDesk(me.id, {
    waits: (row) => isCalled() && alerts.newHandoff(row),
    offered: (row) => isCalled() && alerts.offered(row),
  });
  const connection = createConnection({
    http: api,
    onSessionLost: session.lose,
    async look() {
      const round = desk.asked();
      try {
        desk.takeDesk(await api.desk(), round);
        return true;
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        return error.code !== 'unreachable';
      }
    },
  });
  const outbox = createOutbox(me.id, ({ kind, cid, conversationId, text, mentions = [], files = [] }) => {
    const body = { cid, conversationId, text };
    if (kind === 'reply') {
      const carried = files.length === 0 ? {} : { files: files.map(({ id }) => id) };
      return connection.command('message:send', { ...body, ...carried });
    }
    return connection.command(
      'note:add',
      mentions.length === 0 ? body : { ...body, mentions: [...mentions] },
    );
  });
  const wasSetAway = signal(false);
  const actions = createActions(me.id, connection, desk, api);
  const notice = signal<Notice | null>(null);
  const held = createHeld(
    me.id,
    actions,
    () => isReaching(connection.state.peek()),
    (conversationId, text) => {
      notice.value = { conversationId, text };
    },
  );
  const mentions = createMentions(api, (mention) => alerts.mentioned(mention));
  const duePromises = createDuePromises(api, (news) => isCalled() && alerts.promiseDue(news));
  const drafts = createDrafts(me.id);
  const uploads = createUploads(drafts, async (...given) => {
    try {
      return await uploadFile(...given);
    } catch (error) {
      if (error instanceof ApiError && error.code === 'unauthenticated') session.lose();
      throw error;
    }
  });

  /** Of the list that the server sends at each connect. */
  let round = desk.asked();
  const stopListening = connection.on({
    desk: ({ conversations }) => desk.takeDesk(conversations, round),
    summaries: ({ conversations }) => desk.takeSummaries(conversations),
    erased: ({ conversationIds }) => desk.forget(conversationIds),
    mentioned: mentions.take,
    'promise:due': duePromises.take,
    facts({ facts }) {
      if (facts.some(({ type }) => type.startsWith('promise.'))) void duePromises.load();
    },
    'mention:seen': ({ conversationId }) => mentions.forget(conversationId),
    availability: (event) => {
      availability.value = event.availability;
      wasSetAway.value = event.because === 'missed_offers';
    },
  });
  let isFirst = true;
  const stopFollowing = connection.state.subscribe((state) => {
    if (isReaching(state)) {
      outbox.flush();
      if (may('conversations:work')) void Promise.all([mentions.load(), duePromises.load()]);
    }
    if (state !== 'online') return;
    round = desk.asked();
    if (!isFirst) void catchUp();
    isFirst = false;
  });
  /** Another tab may have changed the availability while this one was cut off. */
  const catchUp = async () => {
    await session.refresh();
    const { value } = session.state;
    if (value.kind === 'signed_in') availability.value = value.me.availability;
  };
  const stopTellingOfPhone = may('conversations:work')
    ? tellOfPhone(connection, device.state)
    : () => undefined;
  const stopTitle = effect(() => {
    const waiting = desk.waiting.value.length;
    document.title = waiting === 0 ? 'Handrail' : `(${waiting}) Handrail`;
  });

  return {
    me,
    may,
    wasSetAway,
    session,
    connection,
    availability,
    desk,
    actions,
    held,
    mentions,
    duePromises,
    canned: createCanned(api),
    alerts,
    device,
    drafts,
    uploads,
    outbox,
    wantsReply: signal(null),
    accepting: signal(null),
    notice,
    setAvailability(value) {
      availability.value = value;
      connection.signal('availability:set', { availability: value });
    },
    close() {
      stopTitle();
      stopTellingOfPhone();
      stopFollowing();
      stopListening();
      held.close();
      duePromises.close();
      uploads.close();
      outbox.close();
      device.close();
      alerts.close();
      connection.close();
      document.title = 'Handrail';
    },
  };
}

export const WorkplaceContext = createContext<Workplace | null>(null);

/** @throws outside of a signed-in page */
export function useWorkplace(): Workplace {
  const workplace = useContext(WorkplaceContext);
  if (workplace === null) throw new Error('nobody is signed in here');
  return workplace;
}
