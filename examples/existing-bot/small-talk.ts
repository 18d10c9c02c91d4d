/** What is said beside questions. Each answer is honest about what speaks. */
const sayings: readonly (readonly [RegExp, string])[] = [
  [
    /\b(are|r) (you|u) (an? )?(real |actual )?(ro)?(bot|human|person|machine|ai|robot|computer|alive|real)\b|\b(is this|am i (talking|speaking|chatting) (to|with)) (an? )?(real )?(ro)?(bot|human|person|machine|ai|robot)\b|\bwho are you\b/,
    "I'm **Northcard's automatic assistant**, not a person. I know our help articles, but I can't see your account. If you'd rather have a person, say so or press **Talk to a human**.",
  ],
  [
    /^(what can you do|what can i ask( you)?|how can you help( me)?|help( me)?( please)?)$/,
    'Ask me about cards, PINs, top-ups, transfers, fees, exchange, limits or your account. I answer from our help articles, and a person can take over whenever you like.',
  ],
  [
    /^(hi|hello|hey|hiya|good (morning|afternoon|evening|day)|greetings)( (there|all|bot|everyone|northcard))*$/,
    "Hello! I'm Northcard's automatic assistant. What would you like to know about your card, your money or your account?",
  ],
  [
    /^(ok(ay)? |great |perfect |no )*(thanks?( you| u)?|thx|ty|cheers|much appreciated)( (a lot|so much|very much|all|for (your|the) help))*$|^(great|perfect|super|that (helped|works)|it works( now)?)$/,
    "You're welcome. If something is still open, just ask; a person is there too.",
  ],
  [/^(bye|goodbye|see you|good night)( bye| then)?$/, 'Goodbye! You can come back to this chat at any time.'],
];

/** An answer to a greeting, a thank you or "are you a bot?"; null if there is more in the text than that. */
export function smallTalk(text: string): string | null {
  const plain = plainly(text);
  return sayings.find(([pattern]) => pattern.test(plain))?.[1] ?? null;
}

const who =
  '(human( being)?|(real |actual |live )?(person|people|agent|someone|somebody)|representative|rep|advis[eo]r|operator|manager|supervisor|staff( member)?|employee|support( team| agent)?|customer (service|support|care)|your (team|support))';
const wishes: readonly RegExp[] = [
  new RegExp(
    `\\b(talk|speak|chat|write|connect(ed)?|transfer(red)?|put|pass|get|switch)( me)?( through| over| on)? (to|with) (an? |the |some )?${who}\\b`,
  ),
  /\b(want|need|get me|give me|like|prefer|can i have|have)( to have)? (an? |the )?(real |live |actual )?(human|person|agent|representative|operator|advis[eo]r)\b(?! (to|who|that|can))/,
  /^(an? |the )?(real |live |actual |human )?(human|person|agent|representative|operator|advis[eo]r|customer (service|support))( being)?( please| now)*$/,
  /\b(real|live|actual|human) (human|person|agent|being|representative|advis[eo]r)( please)?$/,
  /\b(is there|can) (anyone|anybody|someone|somebody)( real| human| there)? (i can (talk|speak) to|call me|help me in person)\b/,
  /\bno (more )?(bots?|robots?|ai)\b|\bnot (to )?(a |the )?(bot|robot|machine)\b/,
];

/** Whether the customer asks, in plain words, to speak with a person. */
export function asksForPerson(text: string): boolean {
  const plain = plainly(text);
  const isQuestionAboutUs = /^(are|r|is|am) /.test(plain) && !/\b(talk|speak) to\b.*\bplease\b/.test(plain);
  return !isQuestionAboutUs && wishes.some((wish) => wish.test(plain));
}

const plainly = (text: string) =>
  text
    .toLowerCase()
    .replace(/['’]/g, '')
    .replace(/[^a-z\s]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
