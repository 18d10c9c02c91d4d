import { type Signal, signal } from '@preact/signals';
import type { ConversationSummary, Mention } from '../../protocol/agent.ts';
import type { PromiseNews } from '../../protocol/promise.ts';
import { conversationPath, navigate } from '../route.ts';
import { rememberedFlag } from '../shared/storage.ts';

export type NotificationPermit = NotificationPermission | 'unsupported';

/** How an agent learns of a new handoff while looking elsewhere. */
export interface Alerts {
  readonly isSoundOn: Signal<boolean>;
  readonly permit: Signal<NotificationPermit>;
  /** For screen readers: read out politely. */
  readonly announcement: Signal<string>;
  askForNotifications(): Promise<void>;
  newHandoff(row: ConversationSummary): void;
  /** This agent is asked to take it, and for a short time alone. */
  offered(row: ConversationSummary): void;
  /** Something for this agent among colleagues: read out, and heard softly. */
  whisper(text: string): void;
  /** A promise of this agent comes due, or was missed. */
  promiseDue(news: PromiseNews): void;
  /** A note names this agent. */
  mentioned(mention: Mention): void;
  close(): void;
}

/** Within this time two alerts of one customer are one sound. */
const justNowMs = 3_000;

export function createAlerts(): Alerts {
  const isSoundOn = rememberedFlag('sound', true);
  const permit = signal<NotificationPermit>(
    typeof Notification === 'undefined' ? 'unsupported' : Notification.permission,
  );
  const announcement = signal('');
  // Given or taken away in the browser's own settings, while this page is open.
  let status: PermissionStatus | null = null;
  const follow = () => {
    permit.value = Notification.permission;
  };
  if (permit.peek() !== 'unsupported' && 'permissions' in navigator) {
    navigator.permissions.query({ name: 'notifications' }).then(
      (found) => {
        status = found;
        found.addEventListener('change', follow);
      },
      // Some browsers know no such question; there the page learns of it when it is loaded again.
      () => undefined,
    );
  }
  let audio: AudioContext | null = null;

  /** Browsers allow sound once the page has been used; a note held back until then would come too late. */
  const unlock = () => {
    audio ??= new AudioContext();
    void audio.resume();
  };
  const gestures = ['pointerdown', 'keydown'] as const;
  for (const gesture of gestures) addEventListener(gesture, unlock, { once: true });

  const ring = (notes = newCustomer) => {
    if (isSoundOn.peek() && audio?.state === 'running') play(audio, notes);
  };

  const notify = (conversationId: string, title: string, body: string) => {
    if (permit.peek() !== 'granted' || document.hasFocus()) return;
    const notification = notificationOf(title, { body, tag: conversationId });
    if (notification === null) return;
    notification.onclick = () => {
      window.focus();
      navigate(conversationPath(conversationId));
      notification.close();
    };
  };

  return {
    isSoundOn,
    permit,
    announcement,
    async askForNotifications() {
      permit.value = await Notification.requestPermission();
    },
    newHandoff(row) {
      announcement.value = `New in the queue: ${row.topic || 'no question yet'}`;
      ring();
      notify(row.id, 'A customer asks for a person', row.topic);
    },
    offered(row) {
      announcement.value = `Offered to you: ${row.topic || 'no question yet'}`;
      // Who has just come was rung for a moment ago.
      if (Date.now() - (row.waitingSince ?? 0) > justNowMs) ring();
      notify(row.id, 'A customer is offered to you', row.topic);
    },
    whisper(text) {
      announcement.value = text;
      ring(colleague);
    },
    promiseDue({ conversationId, text, isMissed }) {
      const title = isMissed ? 'A promise was missed' : 'A promise is due soon';
      announcement.value = `${title}: ${text || 'an answer'}`;
      ring(colleague);
      notify(conversationId, title, text);
    },
    mentioned({ conversationId, by, text }) {
      announcement.value = `${by} mentioned you: ${text}`;
      ring(colleague);
      notify(conversationId, `${by} mentioned you`, text);
    },
    close() {
      status?.removeEventListener('change', follow);
      for (const gesture of gestures) removeEventListener(gesture, unlock);
      void audio?.close();
    },
  };
}

/** One a conversation: coming back to the queue replaces the earlier one. Null on phones, where a page may show none. */
function notificationOf(title: string, options: NotificationOptions): Notification | null {
  try {
    return new Notification(title, options);
  } catch (error) {
    // Chrome on Android: only its service worker may, and does so for what is pushed.
    if (error instanceof TypeError) return null;
    throw error;
  }
}

type Notes = readonly { readonly hertz: number; readonly from: number }[];
/** Two soft sine notes, a fourth apart: heard, but not an alarm. */
const newCustomer: Notes = [
  { hertz: 587, from: 0 },
  { hertz: 784, from: 0.16 },
];
/** One, lower: nobody waits in the queue. */
const colleague: Notes = [{ hertz: 494, from: 0 }];

function play(audio: AudioContext, notes: Notes): void {
  for (const { hertz, from } of notes) {
    const start = audio.currentTime + from;
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = hertz;
    volume.gain.setValueAtTime(0, start);
    volume.gain.linearRampToValueAtTime(0.12, start + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.001, start + 0.5);
    tone.connect(volume).connect(audio.destination);
    tone.start(start);
    tone.stop(start + 0.5);
  }
}
