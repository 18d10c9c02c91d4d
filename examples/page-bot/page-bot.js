import { createHandrail } from '/handrail.mjs';

/** What is charged above a free amount a month, and where it is written. */
const fees = [
  {
    word: /\b(exchange|convert|currency)\b/i,
    what: 'Exchanging',
    free: 1_000,
    rate: 0.005,
    slug: 'exchange-fees',
  },
  {
    word: /\b(cash|atm|withdraw|take out)/i,
    what: 'Taking out',
    free: 300,
    rate: 0.02,
    slug: 'cash-withdrawal-fees',
  },
  { word: /\btop[ -]?up\b/i, what: 'Topping up', free: 0, rate: 0.012, slug: 'top-up-fees' },
];
const euros = new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR' });

/** A bot is a function that yields pieces of its reply. The signal tells it to stop. */
async function* feeCalculator(turn, signal) {
  const text = turn.text.toLowerCase();
  if (/\b(human|person|agent)\b/.test(text)) {
    yield { type: 'text', text: "Of course. I'm asking our team." };
    yield { type: 'handoff', reason: 'The customer asked for a person.' };
    yield { type: 'end', outcome: 'answered' };
    return;
  }
  if (text.includes('break')) throw new Error('broken as asked');

  const fee = fees.find(({ word }) => word.test(text));
  const amount = Number(/\d[\d,]*(\.\d+)?/.exec(text)?.[0].replaceAll(',', ''));
  if (fee === undefined || !Number.isFinite(amount)) {
    yield { type: 'text', text: 'I only know fees: name what you do and an amount, like "cash 450".' };
    yield { type: 'end', outcome: 'unknown' };
    return;
  }
  const charged = Math.max(0, amount - fee.free);
  const lines = [
    `${fee.what} **${euros.format(amount)}** costs **${euros.format(charged * fee.rate)}**.\n\n`,
    fee.free > 0
      ? `- The first ${euros.format(fee.free)} of a month are free.\n`
      : '- For cards from outside Europe.\n',
    `- The rest, ${euros.format(charged)}, costs ${fee.rate * 100} %.\n`,
  ];
  for (const line of lines) {
    if (signal.aborted) return;
    yield { type: 'text', text: line };
  }
  const url = `https://help.northcard.example/${fee.slug}`;
  yield { type: 'source', source: { title: 'Fees in our help pages', url } };
  yield { type: 'end', outcome: 'answered' };
}

createHandrail({ server: location.origin, site: 'pk_page', bot: feeCalculator });
