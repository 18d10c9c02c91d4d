import type { FastifyReply } from 'fastify';
import type { BackupCodes, TwoFactorProof, TwoFactorStarted } from '../../protocol/sign-in.ts';
import type { UsedCodes } from '../store/used-codes.ts';
import { type Auth, noteOfChange } from './auth.ts';
import { RefusalError } from './errors.ts';

/** Writes what is about to be changed into the audit log; if that fails nothing is changed. */
export type Note = () => Promise<void>;

/**
 * The second factor of a signed-in agent's password. Whatever makes their session anew sets its cookie on the reply, and
 * ends the others: they were opened without a code.
 */
export interface TwoFactor {
  /** @throws RefusalError wrong_proof (the password is not right, or there is none), invalid (it is on already) */
  start(password: string, headers: Headers): Promise<TwoFactorStarted>;
  /** @throws RefusalError wrong_proof (the code is not right), invalid (nothing was started, or it is on already) */
  confirm(code: string, headers: Headers, reply: FastifyReply, note: Note): Promise<void>;
  /** @throws RefusalError wrong_proof (password or code is not right), invalid (it is off) */
  end(proof: TwoFactorProof, headers: Headers, reply: FastifyReply, note: Note): Promise<void>;
  /** @throws RefusalError as `end` */
  renewCodes(proof: TwoFactorProof, headers: Headers, note: Note): Promise<BackupCodes>;
}

export function createTwoFactor(auth: Auth, usedCodes: UsedCodes): TwoFactor {
  const { api } = auth;

  /** A code of the app, or one of the backup codes, which is used up by it. Of a signed-in agent: no session is made. */
  const prove = async ({ password, code }: TwoFactorProof, headers: Headers) => {
    // The password first: who does not know it must not use up codes.
    await refusing(api.verifyPassword({ body: { password }, headers }));
    const isBackup = code.includes('-');
    if (isBackup) {
      await refusing(api.verifyBackupCode({ body: { code, disableSession: true }, headers }));
      return;
    }
    const { user } = await refusing(api.verifyTOTP({ body: { code }, headers }));
    if (!(await usedCodes.use(user.id, code, Date.now()))) throw new RefusalError('wrong_proof');
  };

  return {
    async start(password, headers) {
      const started = await refusing(api.enableTwoFactor({ body: { password, method: 'totp' }, headers }));
      if (started.method !== 'totp') throw new Error('two-factor was started without a secret');
      const secret = new URL(started.totpURI).searchParams.get('secret') ?? '';
      return { secret, uri: started.totpURI, backupCodes: started.backupCodes };
    },

    async confirm(code, headers, reply, note) {
      const session = await api.getSession({ headers });
      if (session?.user.twoFactorEnabled === true) {
        throw new RefusalError('invalid', { detail: 'two-factor is on already' });
      }
      const verify = () => api.verifyTOTP({ body: { code }, headers, returnHeaders: true });
      const answer = await refusing(noteOfChange.run(note, verify));
      await renewSession(auth, headers, answer.headers, reply);
    },

    async end(proof, headers, reply, note) {
      await prove(proof, headers);
      const { password } = proof;
      const disable = () => api.disableTwoFactor({ body: { password }, headers, returnHeaders: true });
      const answer = await refusing(noteOfChange.run(note, disable));
      await renewSession(auth, headers, answer.headers, reply);
    },

    async renewCodes(proof, headers, note) {
      await prove(proof, headers);
      await note();
      const { backupCodes } = await refusing(
        api.generateBackupCodes({ body: { password: proof.password }, headers }),
      );
      return { backupCodes };
    },
  };
}

/** Hands on the new session's cookie, and ends all others of this agent. */
async function renewSession(auth: Auth, old: Headers, answer: Headers, reply: FastifyReply): Promise<void> {
  const cookies = answer.getSetCookie();
  // The session was not made anew: there is nothing to hand on, and none but this one to ask with.
  if (cookies.length === 0) return;
  reply.header('set-cookie', cookies);
  const headers = new Headers(old);
  headers.set('cookie', cookies.map((cookie) => cookie.split(';', 1)[0]).join('; '));
  await auth.api.revokeOtherSessions({ headers });
}

/** better-auth's refusals in the words of the protocol; what broke inside stays what it is. */
async function refusing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const { status, body } = Object(error) as { status?: unknown; body?: { code?: unknown } };
    if (status === 'UNAUTHORIZED' || body?.code === 'INVALID_PASSWORD') {
      throw new RefusalError('wrong_proof');
    }
    if (status === 'BAD_REQUEST') throw new RefusalError('invalid', { detail: String(body?.code ?? '') });
    if (status === 'TOO_MANY_REQUESTS') throw new RefusalError('rate_limited', { retryAfterMs: 900_000 });
    throw error;
  }
}
