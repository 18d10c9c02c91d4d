import { describeBoth } from './describe-both.ts';
import type { Dialect, Said } from './dialect.ts';

const common: Pick<Dialect, 'siteBot'> = {
  siteBot: (origin) => ({ kind: 'http', url: `${origin}/reply`, secret: 'a secret of sixteen' }),
};
const longAddress = 'our own wire says how long an address may be: an answer with a longer one is malformed';
const tooLong = { title: 'Long', url: `https://help.example/${'x'.repeat(2_000)}` };
const outcomeOf = ({ isUnknown }: Said) => (isUnknown ? 'unknown' : 'answered');

describeBoth({
  ...common,
  name: 'http, JSON',
  contentType: 'application/json',
  cannot: { stream: 'its answer is one JSON document', longAddress },
  malformed: [
    ['an address longer than the wire allows', JSON.stringify({ text: 'Yes.', sources: [tooLong] })],
  ],
  answer({ text = '', sources, quickReplies, handoff, ...said }, { response }) {
    response.writeHead(200, { 'content-type': 'application/json' });
    const reason = handoff === undefined ? undefined : { reason: handoff };
    response.end(JSON.stringify({ text, sources, quickReplies, handoff: reason, outcome: outcomeOf(said) }));
  },
});

describeBoth({
  ...common,
  name: 'http, server-sent events',
  contentType: 'text/event-stream',
  cannot: { longAddress },
  answer({ text = '', sources = [], quickReplies, handoff, ...said }, { response }) {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const send = (event: string, data: object) =>
      response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    for (const piece of text.match(/.{1,10}/gsu) ?? []) send('text', { text: piece });
    for (const source of sources) send('source', source);
    if (quickReplies !== undefined) send('quick_replies', { replies: quickReplies });
    if (handoff !== undefined) send('handoff', { reason: handoff });
    send('end', { outcome: outcomeOf(said) });
    response.end();
  },
  malformed: [
    ['an address longer than the wire allows', `event: source\ndata: ${JSON.stringify(tooLong)}\n\n`],
    ['an event that is no JSON', 'event: text\ndata: {oops\n\n'],
    ['no end', 'event: text\ndata: {"text":"Yes."}\n\n'],
    [
      'quick replies that are none',
      'event: quick_replies\ndata: {"replies":"yes"}\n\nevent: end\ndata: {"outcome":"answered"}\n\n',
    ],
    [
      'an event named like a part of every object',
      'event: constructor\ndata: {}\n\nevent: toString\ndata: {}\n\n',
    ],
  ],
});
