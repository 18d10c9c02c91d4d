import { type Static, Type } from 'typebox';
import { exact } from './ids.ts';

/** What the sign-in page has to offer besides a password. */
export const SignInWays = exact({
  company: Type.Union([Type.String(), Type.Null()], {
    description: "name of the company's own sign-in (OpenID Connect); null: there is none",
  }),
});
export type SignInWays = Static<typeof SignInWays>;

const Password = Type.String({ minLength: 1, maxLength: 200 });
/** Six digits of the app, or one of the backup codes. */
const Code = Type.String({ minLength: 6, maxLength: 20, pattern: '^[A-Za-z0-9-]+$' });

export const TwoFactorStart = exact({ password: Password });
export type TwoFactorStart = Static<typeof TwoFactorStart>;

/** Told here and never again. Nothing is on until a code has been given. */
export const TwoFactorStarted = exact({
  secret: Type.String({ description: 'for typing into the app, base32' }),
  uri: Type.String({ description: 'otpauth://, for apps that can be opened by a link' }),
  backupCodes: Type.Array(Type.String()),
});
export type TwoFactorStarted = Static<typeof TwoFactorStarted>;

export const TwoFactorConfirm = exact({ code: Code });
export type TwoFactorConfirm = Static<typeof TwoFactorConfirm>;

export const TwoFactorProof = exact({ password: Password, code: Code });
export type TwoFactorProof = Static<typeof TwoFactorProof>;

export const BackupCodes = exact({ backupCodes: Type.Array(Type.String()) });
export type BackupCodes = Static<typeof BackupCodes>;
