import { readdirSync, readFileSync } from 'node:fs';

/** A help article: what customers can read, and the ways in which they ask for it. */
export interface Article {
  readonly slug: string;
  readonly url: string;
  readonly title: string;
  readonly asks: readonly string[];
  /** Markdown: paragraphs and lists. */
  readonly body: string;
}

const folder = new URL('articles/', import.meta.url);
const layout = /^# (.+)\n\n([\s\S]+)\n\n## People ask\n\n((?:- .+\n)+)$/;

/**
 * Reads all articles of the folder, in the order of their names.
 * @throws Error that names the file that is not laid out so
 */
export function loadArticles(): Article[] {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .sort();
  return names.map((name) => {
    const [, title, body, asks] = layout.exec(readFileSync(new URL(name, folder), 'utf8')) ?? [];
    if (title === undefined || asks === undefined || body === undefined) {
      throw new Error(`${name}: an article is a # title, a body and a list under ## People ask`);
    }
    const slug = name.slice(0, -'.md'.length);
    return {
      slug,
      url: `https://help.northcard.example/${slug}`,
      title,
      asks: asks
        .trim()
        .split('\n')
        .map((line) => line.trim().slice(2)),
      body: body.trim(),
    };
  });
}
