import { describeContract } from './contract.ts';
import type { Dialect, Said } from './dialect.ts';

const common: Pick<Dialect, 'siteBot'> = {
  siteBot: (origin) => ({ kind: 'http', url: `${origin}/reply`, secret: 'a secret of sixteen' }),
};
const can = { sources: true, quickReplies: true, unknown: true, history: true };
const outcomeOf = ({ isUnknown }: Said) => (isUnknown ? 'unknown' : 'answered');

describeContract({
  ...common,
  name: 'http, JSON',
  contentType: 'application/json',
  can: { ...can, stream: false },
  answer({ text = '', sources, quickReplies, handoff, ...said }, { response }) {
    response.writeHead(200, { 'content-type': 'application/json' });
    const reason = handoff === undefined ? undefined : { reason: handoff };
    response.end(JSON.stringify({ text, sources, quickReplies, handoff: reason, outcome: outcomeOf(said) }));
  },
});

describeContract({
  ...common,
  name: 'http, server-sent events',
  contentType: 'text/event-stream',
  can: { ...can, stream: true },
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
