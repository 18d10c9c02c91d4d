import type { PageBotOptions } from './page-bot.ts';

/** Lets the page's bot answer, if this is a site for one: only then is loaded what that takes. */
export function answerInPage(options: PageBotOptions): void {
  const { state, life, surroundings } = options;
  let isLoading = false;

  const load = async () => {
    const { answerTurns } = await import('./page-bot.ts');
    if (!life.signal.aborted) answerTurns(options);
  };
  const loadOnce = () => {
    if (isLoading || state.site.peek()?.bot !== 'page') return;
    isLoading = true;
    life.run(() =>
      load().catch(() => {
        // The network may be away just now.
        isLoading = false;
        life.after(surroundings.pace.poll, loadOnce);
      }),
    );
  };
  life.onEnd(state.site.subscribe(loadOnce));
}
