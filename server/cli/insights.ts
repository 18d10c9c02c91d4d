import { rulesFor } from '../reads/insight-rules.ts';
import { type Command, optionsOf } from './command.ts';
import { number, plural } from './progress.ts';

const batchSize = 100;
/** A server reads for a moment at a time. */
const againMs = 20;

export const rebuildInsights: Command = {
  options: '',
  about:
    'Reads what became of all conversations anew, as after a change of topics or of the zone of the hours (docs/insights.md). The figures stay there meanwhile.',
  async run({ store, print }, args) {
    optionsOf(args, {});
    const sites = new Map((await store.sites.all()).map((site) => [site.id, site]));
    const rulesOf = (siteId: string) => rulesFor(sites.get(siteId) ?? null);
    /** A server that runs reads as well: they take turns. */
    const inTurn = async (work: () => Promise<boolean>) => {
      while (!(await work())) await new Promise((resolve) => setTimeout(resolve, againMs));
    };
    let count = 0;
    for (let last: string | null = null; ; ) {
      const ids: string[] = await store.insightsReader.after(last, batchSize);
      if (ids.length === 0) break;
      last = ids.at(-1) ?? null;
      await inTurn(async () => {
        const left = await store.insightsReader.read(ids, { now: Date.now(), rulesOf });
        return left.length === 0;
      });
      count += ids.length;
      if (count % (100 * batchSize) === 0) print(`${number(count)} conversations`);
    }
    await inTurn(store.insightsReader.sumAnew);
    print(`${plural(count, 'conversation')} read anew.`);
  },
};
