import { type ReadonlySignal, signal } from '@preact/signals';
import type { CannedResponse } from '../../protocol/canned.ts';
import type { VerifiedCustomer } from '../../protocol/customer.ts';
import { type Api, ApiError } from '../api.ts';

/** The canned responses of this agent's sites. */
export interface Canned {
  /** null until they have been asked for. */
  readonly all: ReadonlySignal<readonly CannedResponse[] | null>;
  /** Asks for them anew. @returns whether the server answered */
  load(): Promise<boolean>;
}

export function createCanned(api: Pick<Api, 'canned'>): Canned {
  const all = signal<readonly CannedResponse[] | null>(null);
  return {
    all,
    async load() {
      try {
        all.value = await api.canned();
        return true;
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        return false;
      }
    },
  };
}

/** Those that the typed letters fit: by shortcut first, then by title and text. */
export function findCanned(canned: readonly CannedResponse[], typed: string): CannedResponse[] {
  const wanted = typed.toLowerCase();
  const rank = ({ shortcut, title, text }: CannedResponse) => {
    if (shortcut.startsWith(wanted)) return 0;
    if (shortcut.includes(wanted) || title.toLowerCase().includes(wanted)) return 1;
    return text.toLowerCase().includes(wanted) ? 2 : 3;
  };
  return canned
    .map((one) => ({ one, at: rank(one) }))
    .filter(({ at }) => at < 3)
    .sort((a, b) => a.at - b.at || (a.one.shortcut < b.one.shortcut ? -1 : 1))
    .map(({ one }) => one);
}

const variable = /\{\{\s*([a-z][a-z0-9_.-]{0,60})\s*\}\}/gi;

/** The text with every variable that is known; the others stay, so that they are seen. */
export const fillIn = (text: string, known: Readonly<Record<string, string>>): string =>
  text.replace(variable, (written, name: string) => {
    const wanted = name.toLowerCase();
    // `constructor` is no variable.
    return Object.hasOwn(known, wanted) ? (known[wanted] ?? written) : written;
  });

/**
 * What `{{customer.*}}` stands for: what the site vouches for, and of the page's own word only where the customer is and
 * what language it is in. A trait has the name that the site gave it, in any case of letters.
 */
export function customerVariables(
  customer: VerifiedCustomer | undefined,
  { language, page }: { readonly language?: string | undefined; readonly page?: string | undefined },
): Record<string, string> {
  const { name, email, traits = {} } = customer ?? {};
  const said: [string, string | undefined][] = [
    ['language', language],
    ['page', page],
    ...Object.entries(traits).map(([trait, value]): [string, string] => [trait.toLowerCase(), String(value)]),
    // Behind the traits: one that is called `name` is no name.
    ...(customer === undefined
      ? []
      : ([
          ['name', name],
          ['email', email],
        ] as [string, string | undefined][])),
  ];
  const known = new Map(said.filter(([, value]) => value?.trim()));
  if (customer !== undefined && !name) known.delete('name');
  if (customer !== undefined && !email) known.delete('email');
  return Object.fromEntries([...known].map(([key, value]) => [`customer.${key}`, value ?? '']));
}

/** Variables that nobody has filled in. */
export const unfilled = (text: string): string[] => [...new Set(text.match(variable) ?? [])];
