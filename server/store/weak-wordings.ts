import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { type Anchor, contentsOfWording, type Placement } from '../domain/weak/gathering.ts';
import { newlyFound } from '../domain/weak/standing.ts';
import type { Tx } from './database.ts';
import { standingColumns } from './weak-standing.ts';

/** A question in the words of a customer. */
export interface Worded {
  readonly siteId: string;
  /** Without case, accents and signs: the same words are the same wording. */
  readonly words: string;
  readonly text: string;
  readonly at: number;
}

/** Where a wording is kept. */
export interface Kept {
  readonly wordingId: string;
  readonly questionId: string;
}

type Place = (siteId: string, asked: readonly string[], anchors: readonly Anchor[]) => Promise<Placement[]>;

/** Anchors that new wordings are held against: those that share a word with them, the newest of them. */
const mostAnchors = 2_000;
const atOnce = 1_000;

const keyOf = ({ siteId, words }: Pick<Worded, 'siteId' | 'words'>) => `${siteId} ${words}`;

/** The wordings of what was asked, made where there are none yet, each with the question that it belongs to. */
export async function findWordings(
  tx: Tx,
  asked: readonly Worded[],
  place: Place,
): Promise<{ get(of: Pick<Worded, 'siteId' | 'words'>): Kept | undefined }> {
  const kept = await knownWordings(tx, asked);
  const unknown = new Map<string, Worded>();
  for (const one of asked.toSorted((a, b) => a.at - b.at)) {
    if (!kept.has(keyOf(one)) && !unknown.has(keyOf(one))) unknown.set(keyOf(one), one);
  }
  for (const [siteId, wordings] of Map.groupBy(unknown.values(), (one) => one.siteId)) {
    const texts = wordings.map(({ text }) => text);
    const placements = await place(siteId, texts, await anchorsNear(tx, siteId, texts));
    const placed = await insertWordings(tx, siteId, wordings, placements);
    for (const [one, where] of placed) kept.set(keyOf(one), where);
  }
  return { get: (of) => kept.get(keyOf(of)) };
}

async function knownWordings(tx: Tx, asked: readonly Worded[]): Promise<Map<string, Kept>> {
  const wanted = JSON.stringify(asked.map(({ siteId, words }) => ({ siteId, words })));
  const { rows } = await sql<Pick<Worded, 'siteId' | 'words'> & Kept>`
    select distinct weak_wordings.id as "wordingId", question_id as "questionId", site_id as "siteId",
      weak_wordings.words
    from jsonb_to_recordset(${wanted}::jsonb) as asked("siteId" uuid, words text)
    join weak_wordings on site_id = asked."siteId" and md5(weak_wordings.words) = md5(asked.words)`.execute(
    tx,
  );
  return new Map(rows.map((row) => [keyOf(row), row]));
}

/** What wordings of this site may be the same as, if anything. */
async function anchorsNear(tx: Tx, siteId: string, texts: readonly string[]): Promise<Anchor[]> {
  const contents = [...new Set(texts.flatMap(contentsOfWording))];
  return anchorsWith(tx, siteId, contents, mostAnchors);
}

/** Anchors of a site that share a word with these: the newest first, or those that share most of them. */
export async function anchorsWith(
  tx: Pick<Tx, 'selectFrom'>,
  siteId: string,
  contents: readonly string[],
  most: number,
  first: 'newest' | 'nearest' = 'newest',
): Promise<Anchor[]> {
  if (contents.length === 0) return [];
  return tx
    .selectFrom('weak_wordings')
    .select(['text', 'question_id as question'])
    .where('site_id', '=', siteId)
    .where('is_anchor', '=', true)
    .where(sql<boolean>`contents && ${[...contents]}::text[]`)
    .$if(first === 'nearest', (query) =>
      query.orderBy(
        sql`(select count(*) from unnest(contents) as word where word = any(${[...contents]}::text[]))`,
        'desc',
      ),
    )
    .orderBy('at', 'desc')
    .orderBy('id')
    .limit(most)
    .execute();
}

async function insertWordings(
  tx: Tx,
  siteId: string,
  wordings: readonly Worded[],
  placements: readonly Placement[],
): Promise<[Worded, Kept][]> {
  const founded = wordings.map((_, at) => {
    const placement = placements[at];
    return placement !== undefined && 'founder' in placement && placement.founder === at
      ? randomUUID()
      : null;
  });
  const placed = wordings.map((wording, at): [Worded, Kept] => {
    const placement = placements[at];
    const questionId =
      placement === undefined
        ? null
        : 'question' in placement
          ? placement.question
          : founded[placement.founder];
    if (questionId === undefined || questionId === null) throw new Error('a wording has no place');
    return [wording, { wordingId: randomUUID(), questionId }];
  });
  // In pieces: a statement has room for 65,535 values.
  for (let from = 0; from < placed.length; from += atOnce) {
    const part = placed.slice(from, from + atOnce);
    const questions = part.flatMap(([wording], at) => {
      const id = founded[from + at];
      if (id === null || id === undefined) return [];
      return [{ id, site_id: siteId, title: wording.text, ...standingColumns(newlyFound(wording.at)) }];
    });
    if (questions.length > 0) await tx.insertInto('weak_questions').values(questions).execute();
    const rows = part.map(([{ words, text, at }, { wordingId, questionId }], index) => ({
      id: wordingId,
      site_id: siteId,
      question_id: questionId,
      words,
      text,
      contents: [...contentsOfWording(text)],
      is_anchor: founded[from + index] !== null,
      at,
    }));
    await tx.insertInto('weak_wordings').values(rows).execute();
  }
  return placed;
}
