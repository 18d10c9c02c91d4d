import type { Refusal } from '../../protocol/errors.ts';
import type { NewSession } from '../../protocol/session.ts';
import type { ChatOptions } from './chat-options.ts';
import type { Exclusively } from './exclusively.ts';
import { type Http, isRefusal, Later, orLater } from './http.ts';
import type { Life } from './life.ts';
import type { State } from './state.ts';
import type { Storage } from './storage.ts';
import type { Surroundings } from './surroundings.ts';

/** Who this browser is to the server: one anonymous customer for all its tabs. All methods may throw Later. */
export interface Sessions {
  /** The session; made at the first call. */
  get(): Promise<NewSession>;
  /** Replaces a session that the server no longer knows, unless another tab has done so already. */
  renew(refused: string): Promise<void>;
  /** Makes a call in the customer's name; renews the session if the server does not know it. */
  use<T extends object | string>(call: (token: string) => Promise<T | Refusal>): Promise<T | Refusal>;
}

export interface SessionOptions {
  readonly state: State;
  readonly storage: Storage;
  readonly http: Http;
  readonly life: Life;
  readonly surroundings: Surroundings;
  readonly exclusively: Exclusively;
  /** What an earlier page has kept is in the storage by then, if it is anywhere. */
  readonly restored: Promise<void>;
  readonly identity: ChatOptions['identity'];
  /** `#handrail=…`, by which the customer has come from an e-mail. */
  readonly link: string | null;
  /** Another customer from here on: what belonged to the old session is out of reach. */
  onRenewed(): void;
  /** The link has led to this conversation, perhaps one of somebody else than this browser was. */
  onContinued(conversationId: string, isOther: boolean): void;
}

/** For pages that say who the customer is, and links from e-mails. Fails as the network does. */
const arrival = () =>
  import('./arrival.ts').catch(() => {
    throw new Later();
  });

export function createSessions(options: SessionOptions): Sessions {
  const { state, storage, http, life, surroundings, exclusively, onRenewed } = options;
  let pending: Promise<NewSession> | null = null;
  const { identity, link } = options;
  let hasArrived = !identity && link === null;

  /** Under the lock storage is read again: two tabs that start at once must not become two customers. */
  const alone = (work: () => Promise<NewSession>) => {
    pending ??= new Promise<NewSession>((resolve, reject) => {
      const settle = async () => {
        const before = storage.get('session')?.token;
        const session = await work();
        state.session.value = session;
        resolve(session);
        // Another tab's process sees what has been written a moment late: it gets the lock only then.
        if (session.token !== before) await life.sleep(surroundings.pace.storageSettles);
      };
      exclusively('session', settle, life.signal).catch(reject);
    }).finally(() => {
      pending = null;
    });
    return pending;
  };

  const create = async () => {
    const session = identity
      ? await (await arrival()).signIn(options, orLater)
      : orLater(await http.newSession());
    storage.set('session', session);
    return session;
  };

  /** Says who this browser is, and opens the link: in the first session of a visit. */
  const arrive = async () => {
    const known = storage.get('session');
    const session = (await (await arrival()).arrive(options, orLater, known)) ?? known ?? (await create());
    storage.set('session', session);
    hasArrived = true;
    return session;
  };

  const sessions: Sessions = {
    async get() {
      if (state.session.value === null) await options.restored;
      if (!hasArrived) return alone(arrive);
      return state.session.value ?? alone(async () => storage.get('session') ?? create());
    },

    async renew(refused) {
      await alone(async () => {
        const kept = storage.get('session');
        if (kept !== null && kept.token !== refused) return kept;
        // A server that refuses what it has just given would otherwise be asked for ever.
        const wait = (storage.get('renewedAt') ?? 0) + surroundings.pace.renewal - Date.now();
        if (wait > 0) throw new Later(wait);
        const session = await create();
        storage.set('renewedAt', Date.now());
        onRenewed();
        return session;
      });
    },

    async use(call) {
      const { token } = await sessions.get();
      const reply = await call(token);
      if (isRefusal(reply) && reply.code === 'unauthenticated') await sessions.renew(token);
      return reply;
    },
  };
  return sessions;
}
