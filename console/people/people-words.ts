import type { Role } from '../../protocol/agent.ts';
import type { ApiError } from '../api.ts';
import { problemWords as commonWords } from '../shared/problem-words.ts';

export const roleWords: Readonly<Record<Role, { readonly name: string; readonly about: string }>> = {
  agent: { name: 'Agent', about: 'Answers customers.' },
  lead: { name: 'Lead', about: 'Answers customers, takes over from colleagues, and exports feedback.' },
  product: { name: 'Product', about: 'Reads conversations and feedback; is offered no customers.' },
  admin: { name: 'Admin', about: 'Everything, and manages people, webhooks and the audit log.' },
};
export const roles = Object.keys(roleWords) as readonly Role[];

/** Why something was not done. */
export function problemWords(code: ApiError['code']): string {
  switch (code) {
    case 'invalid':
      return 'Check the name and the address: one e-mail address, and a name of at most 80 letters.';
    case 'already_there':
      return 'Somebody with this address is there already, or is invited.';
    case 'last_admin':
      return 'A site would be left without an admin. Make somebody else one first.';
    case 'not_only_yours':
      return 'This concerns sites that are not yours as well. Whoever runs the server can do it.';
    case 'public_url_needed':
      return 'Links need the address of this server. Whoever runs it sets PUBLIC_URL.';
    case 'invitation_limit':
      return 'There are as many open invitations as there may be. Withdraw one first.';
    case 'not_found':
      return 'They are not there any more. Reload the page.';
    default:
      return commonWords(code);
  }
}
