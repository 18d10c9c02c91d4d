import { clausesOf } from './words.ts';

const machine =
  'bots?|robots?|robos?|roboter|chatbots?|chat bots?|machines?|maschinen?|maquinas?|macchin[ae]|computers?|copmuter|computador|computadora|ordinateur|ordenador|ai|a i|ia|ki|gpt|chatgpt|llm|software|logiciel|' +
  'computer program|program|programm|programa|programme|algorithm|automated|automatic|automatisch|automatise|automat|automate|automatic[oa]|artificial|artificial intelligence|artificial intelligence being|inteligencia artificial|intelligence artificielle|kunstliche intelligenz|intelligenza artificiale|' +
  'automated (?:system|assistance|assistant|agent)|virtual (?:assistant|agent)|virtueller assistent|assistente virtuale|assistente virtual|asistente virtual|assistant virtuel|fake|synthesi[sz]ed|computer generated(?: voice)?|ai computer based';
const human =
  'persona (?:vera|reale|real|humana|de verdad)|pessoa (?:real|de verdade)|personne reelle|human|humans|human beings?|humaine?|etre humain|umano|umana|essere umano|human[oa]|ser humano|mensch|menschen|menschlich|person|persons|personne|persona|pessoa|real|reale?|reel|reelle|echt|echte|vera|vero|vrai|vraie|de verdad|de verdade|alive|lebendig|real life person|live being|live person|live agent|somebody|someone|someone real|anyone real|jemand echtem|quelqu un|alguien|alguem|qualcuno|man|woman|guy|dude|life form|' +
  'real one|human race|person or an?|agents?|agente|operator|operador[a]?|operatore|operateur|representative|employee|mitarbeiter(?:in)?|berater(?:in)?|conseill(?:er|ere)|asesora?|atendente|consulente|people';
const before =
  '(?:(?:a|an|the|some|any|one|just|only|even|secretly|still|at all|like|actual|real|live|living|true|normal|proper|flesh and blood|member of|or|your|you|are|of|so|' +
  'ein|eine|einem|einer|einen|kein|keine|ne|nur|denn|eigentlich|wirklich|wohl|hier|gerade|echte[rnm]?|richtige[rnm]?|reale[rnm]?|lebende[rnm]?|menschliche[rnm]?|' +
  'un|une|une vraie|vrai|vraie|veritable|reelle|bien|juste|seulement|' +
  'una|uno|verdader[oa]|solo|acaso|' +
  'um|uma|so|apenas|ver[oa]|reale|com|con|avec|mit|to|with|by|from|' +
  'being|in person|definitely|considered|classified as|regarded as|as|speaking|talking) ){0,6}?';
const noun = `(?:${machine}|${human})`;
/** What follows when it is still the same question; "are you a person who likes cats" is another one. */
const end =
  '(?=(?:$|or |oder |ou |o |and |y |e |et |und |aren|arent|right |then |there |here |talking |speaking |writing |on the |in real life |thats real |bist |sind |da |ai |ahi |la |li |qui |aqui |ici |i |my |how |what |where |why |can |etwa |nicht |n est |verdad |vero |ne |not |being |based |generated ))';

const asking = [
  // "are you a bot", "is this a real person"
  `(?:are|r|arent|were|bist|sind|seid|etes|es|eres|sos|son|sei|siete) (?:(?:you|u|your|ya|there|du|sie|ihr|vous|tu|usted|ustedes|lei) )?${before}${noun} ${end}`,
  `(?:is|isnt|ist|est|es|e|c) (?:this|that|it|there|your voice|das|dies|hier|da|ce|est|esto|eso|questo|isso|isto) ${before}(?!(?:real|reale?|reel|vero|vera|vrai|fake|software|program|automatic|echt|automatico) )${noun} ${end}`,
  // "you are a bot", "if you're human", "your a bot"
  `(?:you are|youre|you re|your an?|u r|you were|du bist|sie sind|vous etes|tu es|t es|usted es|tu eres|eres|voce e|vc e|e voce|e vc|tu sei|lei e|isso e|isto e|esto es|questo e) ${before}${noun} ${end}`,
  // "am I talking to a bot"
  `(?:am i|are we|im|i am|this is|is this|could i be|i) (?:[a-z]+ )?(?:talking|speaking|chatting|texting|typing|writing|dealing|connected|conversing) (?:to|with) ${before}${noun} ${end}`,
  `(?:spreche|rede|schreibe|chatte|telefoniere|verbunden) (?:ich )?(?:hier |gerade |denn |jetzt |da )?mit ${before}${noun} ${end}`,
  `(?:je parle|parle je|je discute|je m adresse|en train de parler|je cause|j ecris|affaire) (?:bien )?(?:a|avec) ${before}${noun} ${end}`,
  `(?:hablando|chateando|conversando|hablo|escribiendo|parlando|chattando|parlo|scrivendo|falando|conversando|falo|a falar|teclando) (?:con|com|a) ${before}${noun} ${end}`,
  // "human or bot"
  `(?:${human}|${machine}) (?:or|oder|ou|o|od|vs) ${before}(?:${machine}|human|person|real|mensch|humain|humano|umano|not)`,
  // "would you call yourself a bot", "could you be human", "sound like a robot", "prove that you're a person"
  `(?:could|can|would|do|might|should) (?:you|u|i|it|most people) (?:be|say|consider|call|regard|identify|describe|think|act|know|accurate)(?: [a-z]+){0,6}? (?!someone |somebody |anyone )${noun} ${end}`,
  'what (?:kind|sort|type) of (?:life form|being|thing|creature) (?:are you|you are)',
  `(?:sound|sounds|feel|feels|seem|seems|look|looks) (?:[a-z]+ ){0,1}(?:like|as) (?:a|an) (?:${machine}) `,
  `(?:prove|know|sure|tell me|certain)(?: me)?(?: that| if| whether)? (?:you|your|youre|you are|this is) ${before}${noun} ${end}`,
  `(?:ob|si|se) (?:du|sie|vous etes|tu es|eres|usted es|es|voce e|sei|lei e) ${before}${noun} `,
];
const whole = [
  '(?:what|who|wat) (?:are|r) (?:you|u)',
  '(?:who|whom|what) (?:am i|are we) (?:talking|speaking|chatting|writing|texting)(?: to| with)?',
  'whos (?:this|there)|who is (?:this|there)',
  'wer (?:bist du|sind sie|ist da)|was bist du|mit wem (?:spreche|rede|schreibe|chatte|habe) ich(?: hier| gerade| es zu tun)*',
  'qui (?:etes vous|es tu|est tu)|(?:tu es|t es|vous etes) qui|a qui (?:je parle|parle je|ai je affaire)|qu es tu|c est qui',
  'quien (?:eres|es usted|sos|habla)|con quien (?:hablo|estoy hablando|estoy chateando|tengo el gusto)|que eres',
  'quem (?:e voce|e vc|es tu|fala|esta falando)|voce e quem|com quem (?:eu )?(?:falo|estou falando|estou a falar)|o que (?:e )?voce(?: e)?',
  'chi (?:sei|e lei|parla|siete)|con chi (?:parlo|sto parlando|ho il piacere)|(?:che )?cosa sei',
];
const opening =
  '(?:(?:hi|hello|hey|hallo|hola|ola|ciao|bonjour|salut|so|wait|sorry|and|but|ok|okay|excuse me|tell me|can you tell me|first|also|hm|hmm|und|aber|et|mais|y|pero|e|mas|ma|moment|sag mal|oi|scusa|perdon) ){0,3}';
const patterns = [
  ...asking.map((pattern) => new RegExp(` ${pattern}`)),
  new RegExp(
    `^ ${opening}(?:${whole.join('|')})(?: (?:please|exactly|anyway|denn|eigentlich|then|even|realmente))? $`,
  ),
];
/** "are you a person who likes dogs", "do you work for a person", "you are human resources": other questions. */
const otherwise =
  / (?:cats?|dogs?|work|working|employed|employee of|people|boss|manager|resources|estate|born|from|old|made|created|programmed|built|invented|designed|real (?:estate|madrid|time|quick)) /;

/** Words that may stand beside the question without asking for anything else. */
const beside = new Set(
  (
    'hi hello hey hallo hola ola ciao bonjour salut salve oi guten tag morgen good morning evening afternoon buenos buenas dias tardes bom dia boa tarde buongiorno ' +
    'so wait sorry and but or ok okay excuse me tell can could you i would like to know if whether need want do please thanks thank first also hm hmm who what just curious honestly honest be ' +
    'are am is this that it a an the of to with talking speaking chatting real live actual not may let us by my sure how ' +
    'sag mal bitte ehrlich oder ob wissen mochte ich will du sie bist sind ein eine dis moi dites oui non ou si est ce que c parle parler ai avec ich spreche rede schreibe mit estoy hablando con hablo estou falando com sto parlando je veux savoir vous etes tu es un une quiero saber eres o una dime e se voce uma um me diga quero voglio sapere sei dimmi one yes no there here then right arent'
  ).split(' '),
);

/**
 * Whether the text asks who or what answers: "are you a bot?", "am I talking to a human?", "who are you?".
 *
 * @returns the words that ask, and whether nothing else is asked, so that an honest answer is the whole answer
 */
export function asksIfBot(text: string): { readonly words: string; readonly isWholeMessage: boolean } | null {
  let words: string | null = null;
  let isWholeMessage = true;
  for (const clause of clausesOf(text)) {
    const { plain } = clause;
    const asked = otherwise.test(plain) ? null : patterns.map((pattern) => pattern.exec(plain)).find(Boolean);
    if (asked) words ??= clause.words;
    const rest = asked ? plain.replace(asked[0], ' ') : plain;
    const others = rest.split(' ').filter((word) => word !== '' && !beside.has(word));
    if (others.some((word) => !nouns.test(word))) isWholeMessage = false;
  }
  return words === null ? null : { words, isWholeMessage };
}

const nouns = new RegExp(`^(?:${noun})$`);
