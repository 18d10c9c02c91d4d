import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { settingsHelp } from '../../server/config.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const documents = ['README.md', ...globSync(['docs/*.md', 'deploy/*.md'], { cwd: root })];
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};
const settings = new Set(
  settingsHelp()
    .match(/^ {2}[A-Z_]+/gm)
    ?.map((name) => name.trim()),
);

/** Names in capitals that are no settings of the server. */
const otherNames =
  /^(COMMIT|SIGTERM|TLS|CI|HTTP|LICENSE|README|CHROMIUM_PATH|BOT_SECRET|BOT_FAULTS|POST|GET)$/;

/** What a document names and the project does not have. */
function missing(text: string, folder: string): string[] {
  const links = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map((match) => match[1] ?? '');
  const code = [...text.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? '');
  const topFolders =
    /^(protocol|widget|console|browser|server|examples|scripts|test|bench|deploy|docs)\/[\w./-]*$/;
  const commands = [...text.matchAll(/npm (?:run )?(start|test|[a-z]+(?::[a-z]+)?)(?=[\s`])/g)];
  return [
    ...links.filter((path) => !existsSync(join(root, folder, path))),
    ...code.filter((path) => topFolders.test(path) && !existsSync(join(root, path))),
    ...commands.flatMap(([whole, name = '']) =>
      /^(ci|install)$/.test(name) || scripts[name] ? [] : [whole],
    ),
    ...code.filter((name) => /^[A-Z][A-Z_]{3,}$/.test(name) && !settings.has(name) && !otherNames.test(name)),
  ];
}

describe('the documents', () => {
  test.each(documents)('%s names only paths, commands and settings that exist', (document) => {
    expect(missing(readFileSync(join(root, document), 'utf8'), dirname(document))).toEqual([]);
  });

  test('a document that names what is not there is found out', () => {
    const bad = '[a](no/such.md) `server/nowhere.ts` `npm run nothing` `NO_SUCH_SETTING`';
    expect(missing(bad, '.')).toEqual([
      'no/such.md',
      'server/nowhere.ts',
      'npm run nothing',
      'NO_SUCH_SETTING',
    ]);
  });

  test('the README shows the commands and a picture that is there', () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    expect(readme).toContain('npm start');
    expect(readme).toContain('npm test');
    expect(existsSync(join(root, 'docs/picture.png'))).toBe(true);
  });
});
