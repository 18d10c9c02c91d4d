import { useWorkplace } from '../workplace.ts';

/** Of which site: asked only of those who work at several; the form has it as `site` either way. */
export function SiteSelect() {
  const { sites } = useWorkplace().me;
  if (sites.length <= 1) return <input type="hidden" name="site" value={sites[0]?.key ?? ''} />;
  return (
    <label class="field">
      Site
      <select class="input" name="site">
        {sites.map((site) => (
          <option key={site.key} value={site.key}>
            {site.name}
          </option>
        ))}
      </select>
    </label>
  );
}
