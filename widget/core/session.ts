import type { Refusal } from '../../protocol/errors.ts';
import type { NewSession } from '../../protocol/session.ts';
import type { Exclusively } from './exclusively.ts';
import { type Http, isRefusal, Later, type Reply } from './http.ts';
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
  use<T extends object>(call: (token: string) => Promise<T | Refusal>): Promise<T | Refusal>;
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
  /** The server has forgotten this customer: what belonged to the old session is out of reach. */
  onRenewed(): void;
}

export function createSessions(options: SessionOptions): Sessions {
  const { state, storage, http, life, surroundings, exclusively, onRenewed } = options;
  let pending: Promise<NewSession> | null = null;

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
    const session = orLater(await http.newSession());
    storage.set('session', session);
    return session;
  };

  const sessions: Sessions = {
    async get() {
      if (state.session.value === null) await options.restored;
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

/** What was asked for. @throws Later if it was refused: a final refusal has been noted elsewhere */
export function orLater<T extends object>(reply: Reply<T>): T {
  if (isRefusal(reply)) throw new Later(reply.retryAfterMs);
  return reply;
}
