import { effect } from '@preact/signals';
import type { SharedLine } from '../../protocol/message.ts';
import { completed } from '../attach.ts';
import type { PageBot } from '../core/bot-reply.ts';
import { createChat } from '../core/chat.ts';
import type { Chat, OutboxItem } from '../core/model.ts';
import type { Host } from '../host.ts';
import { mount } from '../mount.ts';
import type { HandoffStatus } from '../options.ts';
import { sidecarText } from '../text/en/sidecar.ts';
import { createFeedback } from './feedback.ts';
import { linesToShare } from './lines.ts';
import { createOpinions } from './opinions.ts';
import type { SidecarMessage, SidecarOptions } from './options.ts';
import { sheetOf } from './sheet.ts';
import { sidecarPanelCss } from './sidecar-panel-css.ts';
import type { Thumb, ThumbsPlace } from './thumbs.ts';

/** What is loaded on first use. */
export interface SidecarMain {
  /** On the small launcher. */
  readonly conversationWord: string;
  bringChat(host: Host, options: SidecarOptions, tell: Told): SidecarChat;
}

/** What the page hears of it. */
export interface Told {
  status(status: HandoffStatus): void;
  message(message: SidecarMessage): void;
}

/** The chat behind the sidecar, once it is loaded. */
export interface SidecarChat {
  /** Shares what was said, asks for a person, and opens the panel. */
  askForPerson(): void;
  open(): void;
  close(): void;
  toggle(): void;
  say(text: string): void;
  /** The widget's own thumbs in place of the first ones. Rejects if they cannot be loaded. */
  showFeedback(place: ThumbsPlace): Promise<void>;
  /** The same, and this thumb is pressed. */
  judge(place: ThumbsPlace, thumb: Thumb): Promise<void>;
  forget(): void;
  destroy(): void;
}

export const conversationWord = sidecarText.ask;

/** What is written in the panel is meant for people: the page's own bot is asked in the page's own chat. */
const toPeople: PageBot = async function* () {
  yield { type: 'handoff', reason: 'The customer wrote to the team.' };
};

export function bringChat(host: Host, options: SidecarOptions, tell: Told): SidecarChat {
  const words = { ...sidecarText, ...options.text };
  host.options = { ...options, text: words };
  const chat = createChat(completed({ ...options, bot: toPeople }));
  const root = host.shadowRoot;
  let status: HandoffStatus = 'none';
  host.addEventListener('handrail:handoff', (event) => {
    ({ status } = (event as CustomEvent<{ status: HandoffStatus }>).detail);
    tell.status(status);
  });
  const handrail = mount(host, chat);
  root.adoptedStyleSheets.push(sheetOf(sidecarPanelCss));
  const opinions = createOpinions(chat, options.site);
  const feedback = createFeedback(chat, opinions, words);
  const stops = [hideLauncher(chat, root), tellMessages(chat, tell), opinions.end, feedback.end];

  const share = () => {
    if (chat.connection.value === 'refused') return;
    if (chat.transcript.value.status === 'resolved') chat.startOver();
    const lines = linesToShare(saidOn(options), sharedIn(chat));
    if (lines.length > 0) chat.share('transcript:share', { lines });
  };
  return {
    askForPerson() {
      share();
      handrail.talkToHuman();
    },
    open: handrail.open,
    close: handrail.close,
    toggle: handrail.toggle,
    say(text) {
      if (status === 'none') {
        share();
        chat.requestHuman();
      }
      handrail.send(text);
    },
    showFeedback: feedback.show,
    judge: feedback.judge,
    forget() {
      opinions.forget();
      handrail.forget();
    },
    destroy() {
      for (const stop of stops) stop();
      handrail.destroy();
    },
  };
}

/** A fault of the page must not stand between a customer and a person. */
function saidOn({ transcript }: SidecarOptions): unknown {
  try {
    return transcript();
  } catch (error) {
    reportError(error);
    return [];
  }
}

/** What has been shared in this conversation, and what is on its way, oldest first. */
function sharedIn({ transcript, outbox }: Chat): SharedLine[] {
  const leaving = outbox.value.filter(
    (item): item is OutboxItem<'transcript:share'> =>
      item.name === 'transcript:share' && item.state !== 'failed',
  );
  return [
    ...transcript.value.items.flatMap((item) =>
      item.kind === 'event' && item.fact.type === 'transcript.shared' ? item.fact.lines : [],
    ),
    ...leaving.flatMap(({ body }) => body.lines),
  ];
}

/** No launcher stands there while no person has been asked for. */
function hideLauncher({ transcript, outbox }: Chat, root: ShadowRoot): () => void {
  const launcher = root.querySelector<HTMLElement>('.launcher');
  return effect(() => {
    const isWanted =
      transcript.value.items.some(
        (item) => item.kind === 'event' && item.fact.type === 'handoff.requested',
      ) || outbox.value.some(({ name }) => name === 'handoff:request');
    if (launcher !== null) launcher.hidden = !isWanted;
  });
}

/** Tells each message between the customer and people once; a judged answer's question was not said to one. */
function tellMessages({ transcript }: Chat, tell: Told): () => void {
  let told = { conversationId: '', seq: 0 };
  return effect(() => {
    const { conversationId, seq, items } = transcript.value;
    const after = told.conversationId === conversationId ? told.seq : 0;
    told = { conversationId, seq };
    for (const item of items) {
      if (item.kind !== 'message' || item.seq <= after) continue;
      const { cid: id, at, by, text } = item;
      if (by.kind === 'agent') tell.message({ id, at, from: 'agent', name: by.name, text });
      const isAnswered = items.some(
        (other) => other.kind === 'answer' && other.question === item.seq && other.text !== '',
      );
      if (by.kind === 'customer' && !isAnswered) tell.message({ id, at, from: 'customer', name: null, text });
    }
  });
}
