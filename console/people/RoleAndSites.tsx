import type { Role } from '../../protocol/agent.ts';
import { useWorkplace } from '../workplace.ts';
import { roles, roleWords } from './people-words.ts';

interface Props {
  readonly startRole: Role;
  /** Keys of the sites that are ticked at first. */
  readonly sites: readonly string[];
  readonly isRoleFixed?: boolean;
}

/** The two fields that an invitation and a person have in common: `role`, and `site` for each of the admin's own. */
export function RoleAndSites({ startRole, sites, isRoleFixed = false }: Props) {
  const { me } = useWorkplace();
  return (
    <>
      <label class="field">
        Role
        <select class="input" name="role" disabled={isRoleFixed}>
          {roles.map((one) => (
            <option key={one} value={one} selected={one === startRole}>
              {roleWords[one].name}: {roleWords[one].about}
            </option>
          ))}
        </select>
      </label>
      {me.sites.length > 1 && (
        <fieldset class="people-sites">
          <legend class="soft small">Sites</legend>
          {me.sites.map(({ key, name }) => (
            <label key={key} class="check small">
              <input type="checkbox" name="site" value={key} defaultChecked={sites.includes(key)} />
              {name}
            </label>
          ))}
        </fieldset>
      )}
    </>
  );
}
