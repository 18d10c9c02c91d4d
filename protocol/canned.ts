import { type Static, Type } from 'typebox';
import { Team } from './handoff.ts';
import { exact, SiteKey, Time, uuidPattern } from './ids.ts';

/** Most canned responses of one site: more cannot be chosen from. */
export const mostCanned = 500;

export const CannedId = Type.String({ pattern: uuidPattern });

/** What an agent types behind `/` to find it. */
export const Shortcut = Type.String({ pattern: '^[a-z0-9][a-z0-9_-]{0,31}$' });

/** A ready reply of a site. `{{variables}}` in the text are filled in where it is used. */
export const CannedDraft = exact({
  site: SiteKey,
  shortcut: Shortcut,
  title: Type.String({ minLength: 1, maxLength: 100, pattern: '\\S' }),
  text: Type.String({ minLength: 1, maxLength: 4_000, pattern: '\\S' }),
  team: Team,
});
export type CannedDraft = Static<typeof CannedDraft>;

export const CannedResponse = exact({
  id: CannedId,
  ...CannedDraft.properties,
  updatedAt: Time,
  updatedBy: Type.String({ description: 'name of the agent who changed it last' }),
});
export type CannedResponse = Static<typeof CannedResponse>;

export const CannedList = exact({ canned: Type.Array(CannedResponse) });
export type CannedList = Static<typeof CannedList>;
