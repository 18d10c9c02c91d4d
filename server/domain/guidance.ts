import type { CustomerTraits } from '../../protocol/customer.ts';
import type {
  AppliedGuidance,
  GuidanceAction,
  GuidanceContent,
  GuidanceScope,
  GuidanceState,
  mostVersions,
} from '../../protocol/guidance.ts';
import { wordsOf } from './words.ts';

/** What a site has decided about its guidance. */
export interface GuidanceRules {
  /** Whoever wrote a version may not approve it. */
  readonly isApprovedByTwo: boolean;
  /** Of questions that no guidance is for, how many may get one all the same: 0.01 is one in a hundred. */
  readonly falseApply: number;
}

export const defaultGuidanceRules: GuidanceRules = { isApprovedByTwo: false, falseApply: 0.01 };

/** Where a guidance stands. Its versions and steps are kept beside it, and only ever added to. */
export interface GuidanceStanding {
  /** Number of the last step. */
  readonly seq: number;
  /** Number of the newest version; 0 before the first. */
  readonly newest: number;
  /** Who wrote the newest version. */
  readonly writer: string | null;
  readonly live: number | null;
  readonly proposed: number | null;
  /** Versions that have been approved, each once. */
  readonly approved: readonly number[];
  readonly isRetired: boolean;
}

export const unwritten: GuidanceStanding = {
  seq: 0,
  newest: 0,
  writer: null,
  live: null,
  proposed: null,
  approved: [],
  isRetired: false,
};

export type GuidanceCommand =
  /** `base` is the newest version that the writer saw; 0 for a new guidance. */
  | { readonly name: 'write'; readonly base: number; readonly content: GuidanceContent }
  | { readonly name: 'propose'; readonly version: number }
  | { readonly name: 'send_back'; readonly version: number }
  | { readonly name: 'approve'; readonly version: number }
  | { readonly name: 'retire' }
  | { readonly name: 'roll_back'; readonly version: number };

export type GuidanceProblem =
  | 'stale_version'
  | 'limit_reached'
  | 'already_proposed'
  | 'not_proposed'
  | 'own_version'
  | 'not_live'
  | 'never_live'
  | 'already_live';

/** What was done, and with which version. */
export interface GuidanceMove {
  readonly action: GuidanceAction;
  readonly version: number;
  readonly by: string;
}

const versionLimit: typeof mostVersions = 500;

/**
 * Whether and how a command changes a guidance.
 * @param by id of the person
 * @returns the move, or the code of a refusal
 */
export function decideGuidance(
  standing: GuidanceStanding,
  command: GuidanceCommand,
  by: string,
  { isApprovedByTwo }: Pick<GuidanceRules, 'isApprovedByTwo'>,
): GuidanceMove | GuidanceProblem {
  const { newest, live, proposed } = standing;
  switch (command.name) {
    case 'write':
      // Two who write at once: the second must see what the first wrote.
      if (command.base !== newest) return 'stale_version';
      if (newest >= versionLimit) return 'limit_reached';
      return { action: 'written', version: newest + 1, by };
    case 'propose':
      if (command.version !== newest) return 'stale_version';
      if (proposed === newest) return 'already_proposed';
      if (live === newest) return 'already_live';
      return { action: 'proposed', version: newest, by };
    case 'send_back':
      if (proposed !== command.version) return 'not_proposed';
      return { action: 'sent_back', version: command.version, by };
    case 'approve':
      if (proposed !== command.version) return 'not_proposed';
      // What is proposed is always the newest version.
      if (isApprovedByTwo && standing.writer === by) return 'own_version';
      return { action: 'approved', version: command.version, by };
    case 'retire':
      return live === null ? 'not_live' : { action: 'retired', version: live, by };
    case 'roll_back':
      if (live === command.version) return 'already_live';
      if (!standing.approved.includes(command.version)) return 'never_live';
      return { action: 'rolled_back', version: command.version, by };
  }
}

/** Where it stands after one more step. All steps of a guidance from `unwritten` on give what is kept of it. */
export function evolveGuidance(standing: GuidanceStanding, move: GuidanceMove): GuidanceStanding {
  const { version } = move;
  const next = { ...standing, seq: standing.seq + 1 };
  switch (move.action) {
    case 'written':
      // What was proposed is not what is newest any more: whoever approves must see the newest.
      return { ...next, newest: version, writer: move.by, proposed: null, isRetired: false };
    case 'proposed':
      return { ...next, proposed: version };
    case 'sent_back':
      return { ...next, proposed: null };
    case 'approved':
      return {
        ...next,
        live: version,
        proposed: null,
        approved: [...next.approved.filter((one) => one !== version), version],
        isRetired: false,
      };
    case 'retired':
      return { ...next, live: null, isRetired: true };
    case 'rolled_back':
      return { ...next, live: version, isRetired: false };
  }
}

export function stateOf({ live, proposed, isRetired }: GuidanceStanding): GuidanceState {
  if (live !== null) return 'live';
  if (proposed !== null) return 'proposed';
  return isRetired ? 'retired' : 'draft';
}

/** Who asks, and when: what a scope is held against. */
export interface Asker {
  /** As the page says it; null where it does not. */
  readonly language: string | null;
  /** What the site's backend vouches for; null: nothing. */
  readonly traits: CustomerTraits | null;
  /** Epoch ms. */
  readonly now: number;
}

/** Whether a guidance concerns this customer now. What is not known of them counts as another: rather silent than wrong. */
export function isInScope({ languages, traits, from, until }: GuidanceScope, asker: Asker): boolean {
  if (from !== undefined && asker.now < from) return false;
  if (until !== undefined && asker.now >= until) return false;
  if (languages !== undefined && !languages.some((one) => speaks(asker.language, one))) return false;
  return Object.entries(traits ?? {}).every(([name, value]) => asker.traits?.[name] === value);
}

/** `en` fits `en-GB`; `en-GB` does not fit `en`, nor `en-US`. */
function speaks(language: string | null, wanted: string): boolean {
  const spoken = language?.toLowerCase().replaceAll('_', '-');
  const asked = wanted.toLowerCase();
  return spoken === asked || spoken?.startsWith(`${asked}-`) === true;
}

/** A live guidance that a question was found to be for. */
export interface FoundGuidance {
  readonly applied: AppliedGuidance;
  readonly text: string;
}

/**
 * How found guidance is applied here. Where a person was in and has handed back, an answer is left to the bot as a hint:
 * what was decided for this customer weighs more than what holds for all, and the bot has both.
 */
export function guidanceFor(found: FoundGuidance, wasPersonIn: boolean): FoundGuidance {
  const isHintNow = wasPersonIn && found.applied.kind === 'answer';
  return isHintNow ? { ...found, applied: { ...found.applied, kind: 'hint' } } : found;
}

/** Questions that differ in case, accents and signs alone are the same one. */
export const sameWords = (question: string): string =>
  wordsOf(question)
    .map(({ folded }) => folded)
    .join(' ');

/** A question that is an example needs no index and no statistics: ids of guidance by the words of its examples. */
export function idsByWords(
  guidances: readonly { readonly id: string; readonly examples: readonly string[] }[],
): ReadonlyMap<string, readonly string[]> {
  const ids = new Map<string, string[]>();
  for (const { id, examples } of guidances) {
    for (const words of new Set(examples.map(sameWords))) {
      if (words !== '') ids.set(words, [...(ids.get(words) ?? []), id]);
    }
  }
  return ids;
}
