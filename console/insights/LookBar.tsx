import type { Insights } from '../../protocol/insights.ts';
import { languageName } from '../shared/words.ts';
import { daysIn, type Look, lastDays, presets } from './range.ts';

const presetNames: Readonly<Record<number, string>> = {
  7: '7 days',
  30: '30 days',
  90: '90 days',
  365: 'A year',
};

/** Which days, and of whom: presets and any dates, and what the figures are narrowed to. */
export function LookBar(props: {
  look: Look;
  told: Insights | null;
  today: string;
  onShow: (change: Partial<Look>, options?: { replace?: boolean }) => void;
}) {
  const { look, told, today, onShow } = props;
  const sites = told?.sites ?? [];
  const isNarrowed = [look.site, look.language, look.topic].some((one) => one !== undefined);
  return (
    <form class="look" aria-label="Range and filters" onSubmit={(event) => event.preventDefault()}>
      <fieldset class="presets">
        <legend class="hidden">Range</legend>
        {presets.map((days) => {
          const range = lastDays(days, today);
          const isIt = look.to === range.to && daysIn(look) === days;
          return (
            <button key={days} type="button" class="preset" aria-pressed={isIt} onClick={() => onShow(range)}>
              {presetNames[days]}
            </button>
          );
        })}
      </fieldset>
      <label class="field">
        From
        <input
          class="input"
          type="date"
          value={look.from}
          max={look.to}
          required
          onChange={(event) =>
            event.currentTarget.value !== '' && onShow({ from: event.currentTarget.value })
          }
        />
      </label>
      <label class="field">
        Until
        <input
          class="input"
          type="date"
          value={look.to}
          min={look.from}
          max={today}
          required
          onChange={(event) => event.currentTarget.value !== '' && onShow({ to: event.currentTarget.value })}
        />
      </label>
      {(sites.length > 1 || look.site !== undefined) && (
        <Choice
          name="Site"
          value={look.site}
          choices={sites.map(({ key, title }) => [key, title])}
          onChange={(site) => onShow({ site })}
        />
      )}
      <Choice
        name="Language"
        value={look.language}
        choices={(told?.languages ?? []).map(({ key }) => [
          key,
          key === '' ? 'Not known' : languageName(key),
        ])}
        onChange={(language) => onShow({ language })}
      />
      <Choice
        name="Topic"
        value={look.topic}
        choices={(told?.topics ?? []).map(({ key }) => [key, key === '' ? 'None recognised' : key])}
        onChange={(topic) => onShow({ topic })}
      />
      {isNarrowed && (
        <button
          type="button"
          class="button quiet"
          onClick={() => onShow({ site: undefined, language: undefined, topic: undefined })}
        >
          Clear
        </button>
      )}
    </form>
  );
}

/** Stands for what is not narrowed: no key of ours has a blank. */
const all = ' ';

function Choice(props: {
  name: string;
  value: string | undefined;
  choices: readonly (readonly [string, string])[];
  onChange: (value: string | undefined) => void;
}) {
  const { name, value, choices, onChange } = props;
  // What is chosen stays in the list, even where there is none of it in this range.
  const isKnown = value === undefined || choices.some(([key]) => key === value);
  return (
    <label class="field">
      {name}
      <select
        class="input"
        value={value ?? all}
        onChange={({ currentTarget }) =>
          onChange(currentTarget.value === all ? undefined : currentTarget.value)
        }
      >
        <option value={all}>All</option>
        {[...choices, ...(isKnown ? [] : [[value, value] as const])].map(([key, label]) => (
          <option key={key} value={key}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
}
