import type { Tally, WalkTallies } from './tally.ts';

const [width, height] = [720, 272];
const left = 210;
const barWidth = 380;
const percent = (share: number) => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;

/** Colours for a light page and, where the reader's system is dark, for a dark one; text that reads on both. */
const style = `
  text{font:13px system-ui,-apple-system,"Segoe UI",sans-serif;fill:#14171f}
  .soft{fill:#565d6b;font-size:12px}.title{font-weight:600;font-size:15px}
  .page{fill:#fff;stroke:#e3e6eb}.track{fill:#eceff3}.was{fill:#9aa3b2}.now{fill:#0b7a53}.other{fill:#b3261e}.mark{stroke:#565d6b}
  @media (prefers-color-scheme:dark){text{fill:#eef0f4}.soft{fill:#a5adba}.page{fill:#15171c;stroke:#2b303a}
  .track{fill:#262b34}.was{fill:#6f7888}.now{fill:#4cc79a}.other{fill:#ff8a80}.mark{stroke:#a5adba}}`;

/** What became of questions that nothing had seen: the share answered well before and after, and bystanders changed. @returns SVG */
export function walkPicture({ unseen, again, gaps }: WalkTallies & { readonly gaps: number }): string {
  const { guided, bystanders } = unseen;
  const rows = [
    { y: 66, name: 'Bot alone', kind: 'was', share: guided.rightBefore / guided.questions },
    { y: 92, name: 'With 20 guidances', kind: 'now', share: guided.rightAfter / guided.questions },
    { y: 150, name: 'Bot alone', kind: 'was', share: again.guided.rightBefore / again.guided.questions },
    {
      y: 176,
      name: 'With 20 guidances',
      kind: 'now',
      share: again.guided.rightAfter / again.guided.questions,
    },
  ];
  const bars = rows.map(
    ({ y, name, kind, share }) =>
      `<text x="24" y="${y + 13}">${name}</text>` +
      `<rect class="track" x="${left}" y="${y}" width="${barWidth}" height="18" rx="3"/>` +
      `<rect class="${kind}" x="${left}" y="${y}" width="${(barWidth * share).toFixed(1)}" height="18" rx="3"/>` +
      `<text x="${left + barWidth + 12}" y="${y + 13}">${percent(share)}</text>`,
  );
  const heading = (y: number, text: string, tally: Tally) =>
    `<text x="24" y="${y}" class="soft">${text}: answered well, of ${tally.questions}</text>`;
  const changed = bystanders.changed / bystanders.questions;
  const words = `Of ${bystanders.questions} new questions on other topics ${bystanders.changed} (${percent(changed)}) got another answer.`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" ` +
    `aria-label="Questions on guided topics answered well: ${percent(guided.rightBefore / guided.questions)} by the bot alone, ` +
    `${percent(guided.rightAfter / guided.questions)} with guidance. ${words}">` +
    `<style>${style}</style><rect class="page" x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="10"/>` +
    `<text x="24" y="30" class="title">From thumbs down to better answers, on banking77</text>` +
    heading(56, 'New questions on the guided topics', guided) +
    heading(140, 'The questions of the first pass, asked again', again.guided) +
    `${bars.join('')}<text x="24" y="226">${words}</text>` +
    `<text x="24" y="250" class="soft">A bot without articles on ${gaps} topics; scripted customers, agents and reviewer: npm run bench -- walk</text></svg>\n`
  );
}
