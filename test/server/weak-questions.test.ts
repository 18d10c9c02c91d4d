import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import type { FeedbackPage } from '../../protocol/feedback.ts';
import type { Guidance } from '../../protocol/guidance.ts';
import type { AlikeQuestions, WeakMoved } from '../../protocol/weak-questions.ts';
import { connectCustomer } from '../support/clients.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { editorAt } from './guidance-stage.ts';
import { expectProblem, inDatabase, noLimits } from './requests.ts';
import { reviewersAt, soon } from './weak-stage.ts';

const cancel = 'How do I cancel my subscription plan?';
const cancelOtherwise = 'cancel my subscription plan, how can I?';
const keep = 'I do not want to cancel my subscription plan';
const parcel = 'When does my parcel from the shop arrive?';
const end = 'End it all please, the monthly contract';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'), noLimits);
});
afterAll(() => server.close());

const stage = () => reviewersAt(server);

const only = <T>([one]: readonly T[]): T => {
  if (one === undefined) throw new Error('there is none');
  return one;
};

describe('weak questions', () => {
  test('gather what was asked in other words, the greatest harm first, with all that is behind each', async () => {
    const { site, lead, say, listed, detail, page, customerWith } = await stage();
    const first = await say(cancel, 'Nobody can.');
    await say(cancelOtherwise);
    await say('HOW do I cancel my subscription-plan');
    await say(keep);
    const [worst, other] = await listed([
      [cancel, 3],
      [keep, 1],
    ]);
    expect(worst).toMatchObject({ customers: 3, down: 3, wordings: 2, status: 'open', site: site.key });
    expect(worst?.harm).toBeGreaterThan(3 * (other?.harm ?? 0) - 1);

    // Somebody who says nothing, and asks for a person; and a bot that does not know.
    const customer = await customerWith(parcel, 'unknown');
    await customer.send('handoff:request', {});
    await server.app.engine.forAgent(lead, 'answer:improve', {
      cid: uuidv7(),
      conversationId: first,
      turn: 1,
      text: 'Under Settings, Plan.',
    });
    await listed([
      [cancel, 3],
      [keep, 1],
      [parcel, 1],
    ]);
    await vi.waitFor(async () => {
      expect((await page()).items[0]).toMatchObject({ better: 1 });
      expect((await page()).items[2]).toMatchObject({ down: 0, customers: 1 });
    }, soon);
    const shown = await detail(worst?.id ?? '');
    expect(shown.wordings.map(({ text, answers }) => [text, answers])).toEqual([
      [cancel, 2],
      [cancelOtherwise, 1],
    ]);
    expect(shown.better).toMatchObject([{ conversationId: first, text: 'Under Settings, Plan.', by: 'Lea' }]);
    expect(shown.sources).toEqual([{ title: 'Help', url: 'https://h.example', answers: 3 }]);
    expect(shown.answers).toHaveLength(3);
    expect(shown.answers.find(({ conversationId }) => conversationId === first)).toMatchObject({
      answer: 'Nobody can.',
      isDown: true,
      reasons: ['wrong'],
      status: 'received',
    });
    expect((await detail((await page()).items[2]?.id ?? '')).answers).toMatchObject([
      { isUnknown: true, signals: ['asked_for_person'], status: null },
    ]);
    // Page by page, and nothing of another site.
    const begin = await page('limit=2');
    const rest = await page(`limit=2&cursor=${begin.next}`);
    expect([begin.total, begin.items.length, rest.items.length, rest.next]).toEqual([3, 2, 1, null]);
    expect(await page('site=pk_other')).toMatchObject({ items: [], total: 0 });
    customer.close();
  });

  test('are taken, released and declined; everybody who gave feedback reads why, and the same again opens it', async () => {
    const { lead, admin, say, listed, done, post, becomes, statuses, page } = await stage();
    const early = await say(cancel);
    const { id } = only(await listed([[cancel, 1]]));
    expect(await done('take', { id })).toMatchObject({
      status: 'taken',
      owner: { id: lead.id, name: 'Lea' },
    });
    await becomes(early, 'looked_at');
    await expectProblem(await post('take', { id }, admin), 'already_taken');
    await expectProblem(await post('decline', { id, reason: 'No.' }, admin), 'already_taken');
    await expectProblem(await post('reopen', { id }), 'not_decided');
    expect((await page('view=mine')).items).toHaveLength(1);
    expect(await done('release', { id }, admin)).toMatchObject({ status: 'open', owner: null });
    await expectProblem(await post('release', { id }), 'not_taken');
    await expectProblem(await post('decline', { id, reason: '  ' }), 'word_needed');

    const second = await say(cancelOtherwise);
    await listed([[cancel, 2]]);
    const reason = 'Plans end by themselves.';
    expect(await done('decline', { id, reason })).toMatchObject({ status: 'declined', reason });
    await becomes(early, 'not_changed', reason);
    await becomes(second, 'not_changed', reason);
    await expectProblem(await post('take', { id }), 'already_decided');
    expect((await page()).items).toEqual([]);
    expect((await page('view=declined')).items).toMatchObject([{ id, decidedBy: 'Lea' }]);

    const third = await say(cancel);
    const back = only(await listed([[cancel, 3]]));
    expect(back).toMatchObject({ id, status: 'open', owner: null, reason, returned: 1 });
    expect((await statuses()).get(third)).toEqual(['received', '']);
    const said = await inDatabase(
      server.databaseUrl,
      `select action, detail->>'status' as status from audit_log where object_id = $1 and action like '%.decided'
       order by id`,
      [id],
    );
    expect(said.map((one) => one.status)).toEqual(['taken', 'open', 'declined']);
  });

  test('are merged and split by hand, which stays, and each takes back the other', async () => {
    const { say, listed, done, post, detail, get } = await stage();
    await say(cancel);
    await say(end);
    await say(cancelOtherwise);
    const [one, other] = await listed([
      [cancel, 2],
      [end, 1],
    ]);
    const [id, from] = [one?.id ?? '', other?.id ?? ''];
    await done('take', { id: from });
    const merged = await done<WeakMoved>('merge', { id: from, into: id });
    expect(merged).toMatchObject({ other: from, question: { id, status: 'open', answers: 3, wordings: 3 } });
    await expectProblem(await post('take', { id: from }), 'not_found');
    await expectProblem(await post('merge', { id, into: id }), 'same_question');
    await expectProblem(await post('merge', { id, into: from }), 'stale_question');
    // What is like a wording that was put there belongs there, too.
    await say('Please end it, the monthly contract');
    await listed([[cancel, 4]]);

    const undone = await done<WeakMoved>('split', { id, wordings: merged.wordings, back: from });
    expect(undone).toMatchObject({ other: from, question: { id, answers: 3 } });
    const owned = (await detail(from)).question;
    expect(owned).toMatchObject({ status: 'taken', answers: 1, owner: { name: 'Lea' } });

    const { wordings } = await detail(id);
    await expectProblem(
      await post('split', { id, wordings: wordings.map((wording) => wording.id) }),
      'nothing_left',
    );
    await expectProblem(await post('split', { id, wordings: [from] }), 'stale_question');
    const leaving = wordings.filter(({ text }) => text === cancelOtherwise).map((wording) => wording.id);
    const split = await done<WeakMoved>('split', { id, wordings: leaving });
    expect((await detail(split.other)).question).toMatchObject({ question: cancelOtherwise, status: 'open' });
    // Again in these very words: it stays apart.
    await say(cancelOtherwise);
    await vi.waitFor(async () => expect((await detail(split.other)).question.answers).toBe(2), soon);
    const { items } = await get<AlikeQuestions>(`/v1/desk/weak-questions/${split.other}/alike`);
    expect(items[0]?.id).toBe(id);
    expect(await done<WeakMoved>('merge', { id: split.other, into: id })).toMatchObject({
      question: { id, answers: 4 },
      wordings: leaving,
    });
  });

  test('become guidance: live, it tells all who gave feedback; retired or failing again, they are open', async () => {
    const { site, admin, say, listed, detail, becomes, get } = await stage();
    const editor = editorAt(server, site, admin);
    const first = await say(cancel);
    const second = await say(cancelOtherwise);
    const { id } = only(await listed([[cancel, 2]]));
    await server.app.engine.forAgent(admin, 'answer:improve', {
      cid: uuidv7(),
      conversationId: first,
      turn: 1,
      text: 'Under Settings, Plan.',
    });
    // One click from the agent's better answer: it is for the question of that answer.
    const proposed: Guidance = await editor.done('from-answer', {
      conversationId: first,
      turn: 1,
      reason: '',
    });
    expect((await detail(id)).question).toMatchObject({
      status: 'open',
      guidance: { id: proposed.id, state: 'proposed', proposed: 1 },
    });
    await editor.done('approve', { id: proposed.id, version: 1, reason: '' });
    expect((await detail(id)).question).toMatchObject({ status: 'guided', decidedBy: 'Ada' });
    await becomes(first, 'changed');
    await becomes(second, 'changed');

    // Given to the next who asks: the list says so. It fails all the same, once every server has it.
    await inDatabase(
      server.databaseUrl,
      'update weak_questions set since_at = since_at - 60000 where id = $1',
      [id],
    );
    const customer = await connectCustomer(server.url, site.key);
    await customer.send('message:send', { text: cancel });
    await customer.until('answer.ended');
    await customer.send('feedback:give', { turn: 1, verdict: 'down', reasons: [], comment: '' });
    const { items } = await get<FeedbackPage>('/v1/feedback');
    expect(items.find((item) => item.conversationId === customer.conversationId)).toMatchObject({
      guidance: { id: proposed.id, version: 1, kind: 'answer' },
    });
    expect(items.find((item) => item.conversationId === first)?.guidance).toBeNull();
    await listed([[cancel, 3]]);
    expect((await detail(id)).question).toMatchObject({ status: 'open', returned: 1 });
    customer.close();

    const written: Guidance = await editor.done('add', {
      site: site.key,
      kind: 'answer',
      text: 'Under Plan.',
      examples: [cancel],
      scope: {},
      reason: '',
      isProposed: true,
      question: id,
    });
    await editor.done('approve', { id: written.id, version: 1, reason: '' });
    expect((await detail(id)).question).toMatchObject({
      status: 'guided',
      guidance: { id: written.id, live: 1 },
    });
    await becomes(customer.conversationId, 'changed');
    await editor.done('retire', { id: written.id, reason: '' });
    expect((await detail(id)).question).toMatchObject({
      status: 'open',
      guidance: { state: 'retired', live: null },
    });
    await expectProblem(
      await editor.post('add', {
        site: site.key,
        kind: 'answer',
        text: 'x',
        examples: ['x'],
        scope: {},
        reason: '',
        isProposed: true,
        question: uuidv7(),
      }),
      'not_found',
    );
  });

  test('follow a thumb that is taken back, and stay the same when several processes read them anew', async () => {
    const { site, lead, say, listed, page, customerWith, becomes } = await stage();
    const customer = await customerWith(parcel, 'answered');
    const thumb = { turn: 1, reasons: [], comment: '' };
    await customer.send('feedback:give', { ...thumb, verdict: 'down' });
    await listed([[parcel, 1]]);
    await customer.send('feedback:give', { ...thumb, verdict: 'none' });
    await listed([]);
    customer.close();
    const kept = 'select count(*)::int as n from weak_wordings where site_id = $1';
    expect(await inDatabase(server.databaseUrl, kept, [site.id])).toEqual([{ n: 0 }]);

    for (const text of [cancel, keep, parcel, cancelOtherwise]) await say(text);
    const before = await listed([
      [cancel, 2],
      [parcel, 1],
      [keep, 1],
    ]);
    const [last] = before.slice(-1);
    const late = await say(keep);
    const read = async () => expect((await page()).items[0]).toMatchObject({ id: last?.id, answers: 2 });
    await vi.waitFor(read, soon);
    // Decided by a process that died right behind it: the next one tells the customers.
    const by = { id: lead.id, name: lead.name };
    const act = { by, actor: { agent: by, ip: null }, siteIds: [site.id], at: Date.now() };
    const reason = 'Nobody has to.';
    await server.store.weakChanges.act(last?.id ?? '', { name: 'decline', by, reason }, act);
    const shown = (await page()).items;
    await inDatabase(server.databaseUrl, 'delete from weak_heads');
    const others = await Promise.all(
      [1, 2].map(() => startTestServer(inject('postgresUrl'), noLimits, server.databaseUrl)),
    );
    const behind = () =>
      inDatabase(
        server.databaseUrl,
        `select count(*)::int as n from conversations where not exists (
          select from weak_heads where conversation_id = id and weak_heads.seq = conversations.seq)`,
      ).then(([row]) => row.n);
    await vi.waitFor(async () => expect(await behind()).toBe(0), soon);
    await becomes(late, 'not_changed', reason);
    for (const one of others) await one.close();
    expect((await page()).items).toEqual(shown);
    expect((await page('view=declined')).items).toMatchObject([{ id: last?.id, answers: 2, reason }]);
  });
});
