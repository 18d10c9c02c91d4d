/** Words that say nothing about the topic. "Why", "when" and "not" stay: they tell articles apart. */
const stopWords = new Set(
  (
    'a an the i me my mine we us our you your he she it its they them their this that these those is am are was were ' +
    'be been being do does did doing have has had having will would shall should can could may might must of to in ' +
    'on at by for from with as and or but if so than then there here just also please hi hello hey thanks thank ' +
    'want need like get got getting tell know help some any about into out up s t ve m re ll d im ive very really ' +
    'what which who able'
  ).split(' '),
);

/** One word for what people say in several, and for spellings of the trade. Tried in order. */
const phrases: readonly (readonly [RegExp, string])[] = [
  [/\b(?:can|won|don|didn|doesn|isn|wasn|hasn|haven|couldn|wouldn|aren)['’]?t\b|\bcannot\b/g, ' not '],
  [/\btop(?:p(?:ing|ed))?[\s-]?(?:up|off)s?\b|\btop[\s-]?ups?\b|\btopping\b/g, ' topup '],
  [/\bauto(?:matic(?:ally)?)?\b/g, ' automatic '],
  [/\b(?:atms?|cash ?points?|(?:cash|bank) machines?)\b/g, ' atm '],
  [/\b(?:apple|google) (?:pay|watch|wallet)\b/g, ' phonewallet '],
  [/\bdirect debits?\b/g, ' directdebit '],
  [/\b(?:pass ?codes?|pass ?words?)\b/g, ' passcode '],
  [/\b(?:i\.?d\.?|identification|identif(?:y|ies)|who i am)\b/g, ' identity '],
  [/\b(?:cheques?|checks?) (?=deposit|not|in\b)|\b(?:cheques?|by check|a check)\b/g, ' cheque '],
  [
    /\b(?:tak(?:e|es|en|ing)|took|pull(?:ed|ing)?)(?: \w+){0,2} out(?: \w+){0,2} (?:cash|money)\b/g,
    ' cash withdraw ',
  ],
  [
    /\b(?:tak(?:e|en|ing)|took|g[eo]t(?:ting)?)(?: \w+){0,2} (?:cash|money) out\b|\bg[eo]t(?:ting)? (?:some )?cash\b/g,
    ' cash withdraw ',
  ],
  [/\bwithdr[a-z]*\b/g, ' cash withdraw '],
  [
    /\b(?:doubled?|twice|two times|2 times|duplicated?|more than once|(?:multiple|many|several|two) times)\b/g,
    ' twice ',
  ],
  [/\bone[\s-]time\b|\bsingle[\s-]use\b/g, ' disposable '],
  [/\bhow (?:long|soon|fast|quickly)\b/g, ' when howlong '],
  [/\bhow come\b/g, ' why '],
  [/\bhow (?:old|young)\b/g, ' age '],
  [/\b(?:kids?|child(?:ren)?|daughter|son|teenagers?)\b/g, ' child '],
  [/\bmoney back\b/g, ' refund '],
];

/** Words that mean the same to somebody who looks for help; both sides are stems. */
const synonyms = new Map(
  Object.entries({
    mobil: 'phone',
    smartphon: 'phone',
    cell: 'phone',
    steal: 'stolen',
    nick: 'stolen',
    pinch: 'stolen',
    stole: 'stolen',
    theft: 'stolen',
    rob: 'stolen',
    thief: 'stolen',
    lost: 'lose',
    misplac: 'lose',
    miss: 'lose',
    reject: 'declin',
    refus: 'declin',
    deni: 'declin',
    bounc: 'declin',
    revert: 'return',
    revers: 'return',
    delet: 'close',
    terminat: 'close',
    shut: 'close',
    deactivat: 'close',
    arriv: 'arrive',
    come: 'arrive',
    came: 'arrive',
    receiv: 'arrive',
    reach: 'arrive',
    deliver: 'deliveri',
    ship: 'deliveri',
    mail: 'deliveri',
    post: 'deliveri',
    track: 'deliveri',
    swap: 'exchang',
    convert: 'exchang',
    conver: 'exchang',
    recognis: 'recogniz',
    unrecogniz: 'recogniz',
    unknown: 'recogniz',
    unfamiliar: 'recogniz',
    strang: 'recogniz',
    unauthoriz: 'recogniz',
    authoriz: 'recogniz',
    suspici: 'recogniz',
    weird: 'recogniz',
    charg: 'fee',
    cost: 'fee',
    price: 'fee',
    surcharg: 'fee',
    expens: 'fee',
    free: 'fee',
    beneficiar: 'recipient',
    beneficiari: 'recipient',
    payee: 'recipient',
    swallow: 'kept',
    ate: 'kept',
    eat: 'kept',
    eaten: 'kept',
    stuck: 'kept',
    retain: 'kept',
    kept: 'kept',
    keep: 'kept',
    nation: 'countri',
    usa: 'countri',
    resid: 'countri',
    europ: 'countri',
    european: 'countri',
    eu: 'countri',
    buy: 'purchas',
    bought: 'purchas',
    store: 'shop',
    merchant: 'shop',
    seller: 'shop',
    busi: 'shop',
    expir: 'expire',
    wrong: 'incorrect',
    mistak: 'incorrect',
    bad: 'incorrect',
    salari: 'wage',
    paycheck: 'wage',
    employ: 'wage',
    boss: 'wage',
    hack: 'compromis',
    fraud: 'compromis',
    copi: 'compromis',
    forgot: 'forget',
    forgotten: 'forget',
    rememb: 'forget',
    remember: 'forget',
    addit: 'extra',
    spare: 'second',
    backup: 'second',
    anoth: 'second',
    another: 'second',
    verif: 'verifi',
    valid: 'verifi',
    business: 'shop',
    retail: 'shop',
    retailer: 'shop',
    additional: 'extra',
    fund: 'monei',
    cancell: 'cancel',
    oversea: 'abroad',
    vacat: 'abroad',
    vac: 'abroad',
    holidai: 'abroad',
    repeat: 'twice',
    verific: 'verifi',
    proof: 'verifi',
    trouble: 'not',
    unabl: 'not',
    problem: 'not',
    issu: 'not',
    transact: 'pay',
    verifi: 'verifi',
    prove: 'verifi',
    confirm: 'verifi',
    edit: 'chang',
    updat: 'chang',
    alter: 'chang',
    modifi: 'chang',
    plastic: 'physic',
    real: 'physic',
    actual: 'physic',
    maximum: 'limit',
    minimum: 'limit',
    max: 'limit',
    restrict: 'limit',
    sent: 'send',
    paid: 'pay',
    payment: 'pay',
    broke: 'broken',
    damag: 'broken',
    process: 'pend',
    progress: 'pend',
    undo: 'cancel',
    stop: 'cancel',
    block: 'lock',
    unblock: 'lock',
    unlock: 'lock',
  }),
);

/** Cuts endings off, so that "transfers", "transferring" and "transferred" are one word. Light: never below 3 letters. */
export function stem(word: string): string {
  let stemmed = word;
  if (stemmed.length > 3) stemmed = stemmed.replace(/ies$/, 'y').replace(/(?<![sui])s$/, '');
  if (stemmed.length > 5) stemmed = stemmed.replace(/(?:ations?|ings?|edly|ed|ly|ments?)$/, '');
  if (stemmed.length > 4) stemmed = stemmed.replace(/(?:e|ion)$/, '').replace(/y$/, 'i');
  stemmed = stemmed.replace(/([bdfgmnprt])\1$/, '$1');
  return stemmed.length < 3 ? word : stemmed;
}

/** The telling words of a text, stemmed, in order; markdown and case do not matter. */
export function wordsOf(text: string): string[] {
  let plain = text.toLowerCase().replace(/[*_`#>|]/g, ' ');
  for (const [pattern, word] of phrases) plain = plain.replace(pattern, word);
  const words = plain.match(/[a-z]+|\d+/g) ?? [];
  return words
    .filter((word) => !stopWords.has(word))
    .map((word) => {
      const stemmed = stem(word);
      return synonyms.get(stemmed) ?? stemmed;
    });
}

/** Words that say what kind of answer is wanted, not what it is about: "how long", "why", "fee". */
const kindWords = new Set([
  'when',
  'howlong',
  'how',
  'why',
  'wher',
  'not',
  'much',
  'mani',
  'tak',
  'fee',
  'limit',
  'long',
]);

/** The words of a text that name its topic. */
export const topicWordsOf = (text: string) => wordsOf(text).filter((word) => !kindWords.has(word));
