import type { ApiError } from '../api.ts';

/** Why something was not done, where it is the same on every screen; a screen says first what is its own. */
export function problemWords(code: ApiError['code']): string {
  switch (code) {
    case 'unreachable':
    case 'unavailable':
      return "The server can't be reached. Try again in a moment.";
    case 'not_found':
      return 'It is not there any more, or not yours. Reload the page.';
    case 'rate_limited':
      return 'That was often. Wait a minute, then try again.';
    case 'forbidden':
      return 'You may not do this.';
    default:
      return 'That did not work on our side. Try again.';
  }
}
