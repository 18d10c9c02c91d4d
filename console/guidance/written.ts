import type { CustomerTraits } from '../../protocol/customer.ts';
import type { GuidanceContent, GuidanceKind, GuidanceScope } from '../../protocol/guidance.ts';

/** The fields of the form, as they are typed. */
export interface Written {
  readonly kind: GuidanceKind;
  readonly text: string;
  /** One question a line. */
  readonly examples: string;
  readonly languages: string;
  /** `name: value`, one a line. */
  readonly traits: string;
  /** Days as `2026-11-26`, in the writer's own zone; empty: no limit. */
  readonly from: string;
  readonly until: string;
}

const lines = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

const dayOf = (at: number | undefined): string => {
  if (at === undefined) return '';
  const day = new Date(at);
  const two = (number: number) => String(number).padStart(2, '0');
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
};

/** A guidance as the form shows it. */
export function writtenOf({ kind, text, examples, scope }: GuidanceContent): Written {
  return {
    kind,
    text,
    examples: examples.join('\n'),
    languages: (scope.languages ?? []).join(', '),
    traits: traitsText(scope.traits),
    from: dayOf(scope.from),
    // The last day that counts, as a person would say it.
    until: dayOf(scope.until === undefined ? undefined : scope.until - 1),
  };
}

const traitsText = (traits: CustomerTraits | undefined) =>
  Object.entries(traits ?? {})
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');

export type Read =
  | { readonly ok: true; readonly content: GuidanceContent }
  | { readonly ok: false; readonly problem: string };

/**
 * What was written, as the server takes it; or what is wrong, and what to do about it.
 * @param before what is changed: a trait or a day that stands there as it did keeps its exact value
 */
export function readWritten(written: Written, before: GuidanceContent | null): Read {
  const no = (problem: string): Read => ({ ok: false, problem });
  const examples = [...new Set(lines(written.examples))];
  const languages = written.languages.split(/[\s,]+/).filter((one) => one !== '');
  const text = written.text.trim();
  if (examples.length === 0) return no('Write at least one question that it is for.');
  if (examples.length > 50) return no('Fifty questions at most. The closest ones do most of the work.');
  if (examples.some((one) => one.length > 500)) return no('A question may have 500 characters at most.');
  if (text === '') return no('Write what it says.');
  const odd = languages.find((one) => !/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$/.test(one));
  if (odd !== undefined) return no(`"${odd}" is no language. Write codes, such as en or pt-BR.`);
  const same = before !== null && traitsText(before.scope.traits) === written.traits;
  const traits = same ? before.scope.traits : traitsOf(written.traits);
  if (traits === null) return no('Write each trait as name: value, one a line.');
  const [from, until] = [momentOf(written, before, 'from'), momentOf(written, before, 'until')];
  if (from !== undefined && until !== undefined && from >= until) return no('It ends before it begins.');
  const scope: GuidanceScope = {
    ...(languages.length > 0 && { languages }),
    ...(traits !== undefined && Object.keys(traits).length > 0 && { traits }),
    ...(from !== undefined && { from }),
    ...(until !== undefined && { until }),
  };
  return { ok: true, content: { kind: written.kind, text, examples, scope } };
}

function momentOf(written: Written, before: GuidanceContent | null, end: 'from' | 'until') {
  const day = written[end];
  if (day === '') return undefined;
  if (before !== null && writtenOf(before)[end] === day) return before.scope[end];
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, end === 'from' ? date : date + 1).getTime();
}

function traitsOf(text: string): CustomerTraits | null {
  const traits: CustomerTraits = {};
  for (const line of lines(text)) {
    const found = /^([A-Za-z][A-Za-z0-9_.-]{0,39})\s*:\s*(.{1,200})$/.exec(line);
    const [, name, value] = found ?? [];
    if (name === undefined || value === undefined) return null;
    traits[name] = value === 'true' ? true : value === 'false' ? false : numberOr(value);
  }
  return traits;
}

const numberOr = (value: string) => (/^-?\d{1,15}(\.\d{1,6})?$/.test(value) ? Number(value) : value);
