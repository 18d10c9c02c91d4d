import { anyOf } from './phrases.ts';
import { clausesOf } from './words.ts';

const angry = anyOf(
  // English
  '(?:bot|robot|machine|thing|chat|service|conversation|system|you|youre|this|that|its|it is|are|is|was)(?: (?:is|are|so|a|an|really|completely|totally|absolutely|such|fucking|bloody|just|being)){0,4} (?:useless|stupid|dumb|idiot|idiotic|moron|garbage|rubbish|crap|pathetic|worthless|ridiculous|a joke|incompetent|unacceptable|infuriating|frustrating|hopeless|unhelpful|shit|bullshit|outrageous|a disgrace|disgraceful|maddening|nonsense)',
  '(?:useless|stupid|dumb|fucking|idiotic|worthless|crappy|shitty) (?:bot|robot|machine|thing|chatbot|computer|service|company|piece)',
  'fuck(?: you| off| this|ing hell)?|fudge off|wtf|ffs|bullshit|screw (?:you|this)|piss off|go to hell|for (?:fucks|gods|christs) sake',
  '(?:im|i am|i m|getting|am|feeling) (?:so |very |really |getting |extremely |beyond )?(?:angry|furious|fed up|pissed|pissed off|livid|outraged|sick of (?:this|you)|losing (?:my )?patience|frustrated with (?:you|this))',
  '(?:second|third|fourth|fifth|tenth|hundredth|2nd|3rd|4th|5th|umpteenth) time (?:i|im|ive|i m|that i)|how many (?:more )?times (?:must i|should i|do i (?:have|need) to|will i|did i (?:ask|say|tell))|(?:asked|told|said|explained)(?: [a-z]+){0,4} (?:twice|(?:two|three|four|five|many|several|100) times)|for the (?:third|fourth|fifth|last|100th) time',
  '(?<=^ |no |but )(?:i|ive|i have) told you(?! (?:to|about) )|(?:you|youre|you are)(?: [a-z]+)? (?:not listening|not helping|getting (?:it |all |everything )?(?:all )?wrong|no help|not understanding)|you (?:dont|do not) (?:understand|listen|get it)|you (?:keep|just keep) (?:repeating|saying|asking|sending)|stop repeating',
  '(?:wast(?:e|ing) (?:of )?(?:my |our )?time)|(?:this|bot|chat|conversation|you|nothing)(?: is| are| does)? ?(?:not|isnt|doesnt|arent|dont)? work(?:ing|s)? at all|not helpful|(?:doesnt|didnt|does not|did not) help(?: me)?(?: at all)? $',
  // German
  '(?:nutzlos|nutzloser|bescheuert|scheisse|scheiss|verarscht|verarschen|(?:du|ihr|so ein) idiot(?:en)?|unfassbar|unverschamt|frechheit|lacherlich|zum kotzen|dummer bot|blode[rs]? bot|saftladen|katastrophe)',
  '(?:bin|werde)(?: [a-z]+){0,3} (?:sauer|wutend|stinksauer|genervt)|zum (?:dritten|vierten|funften|zehnten|x ten|hundertsten|tausendsten)(?! (?:monat|tag|jahr|quartal))|(?:schon|bereits) (?:zweimal|dreimal|mehrfach|mehrmals|zigmal|x mal)|wie oft(?: (?:muss|soll|denn))|hilft mir(?: [a-z]+)? nicht|reicht(?:s)? mir|du verstehst(?: [a-z]+)? nicht|sie verstehen(?: [a-z]+)? nicht|habe ich(?: [a-z]+){0,2} gesagt',
  // French
  '(?:bot|robot|machine|service|vous etes|tu es|t es|c est)(?: [a-z]+){0,3} (?:inutile|nul|nulle|stupide|idiot|debile|con|ridicule|scandaleux|honteux|inadmissible|inacceptable)',
  '(?:merde|putain|ras le bol|j en ai marre|n importe quoi|ca m enerve|sert a rien|servez a rien|sers a rien|foutez|fous de moi|connard)|(?:deuxieme|troisieme|quatrieme|dixieme|enieme) fois|(?:deja|vous l ai) dit|combien de fois|je suis (?:tres |vraiment )?(?:enervee?|furieu(?:x|se)|en colere)|vous ne comprenez (?:rien|pas)|tu (?:ne )?comprends (?:rien|pas)',
  // Spanish
  '(?:inutil|inutiles|estupido|estupida|idiota|imbecil|mierda|joder|carajo|maldito bot|porqueria|una basura|una verguenza|que verguenza|ridiculo|inaceptable|no sirve(?:s|n)?(?: (?:de|para) nada)?|no me sirve)|(?:segunda|tercera|cuarta|quinta|decima|enesima) vez|(?:te|le|se|os) (?:lo |la )?(?:dije|he dicho|explique)|cuantas veces|estoy (?:muy |tan )?(?:hart[oa]|furios[oa]|enfadad[oa]|enojad[oa]|molest[oa])|no (?:me )?entiendes (?:nada)?',
  // Portuguese
  '(?:inutil|inuteis|idiota|burro|burra|imbecil|merda|porra|caralho|lixo|uma vergonha|que vergonha|ridiculo|inaceitavel|absurdo|palhacada|nao (?:presta|serve)(?: (?:pra|para) nada)?)|(?:segunda|terceira|quarta|quinta|decima|enesima) vez|ja (?:te |lhe |o )*(?:disse|falei|expliquei)|quantas vezes|estou (?:muito |tao )?(?:fart[oa]|furios[oa]|irritad[oa]|com raiva|chatead[oa]|pu[td]o)|(?:voce )?nao (?:me )?entende(?:s)? nada',
  // Italian
  '(?:inutile|inutili|stupido|stupida|idiota|imbecille|merda|cazzo|schifo|una vergogna|che vergogna|vergognoso|ridicolo|inaccettabile|non serv[ei](?: a (?:niente|nulla)))|(?:seconda|terza|quarta|quinta|decima|ennesima) volta|(?:gia|te l ho) (?:detto|spiegato)|quante volte|sono (?:molto |davvero )?(?:stuf[oa]|furios[oa]|arrabbiat[oa]|incazzat[oa])|non (?:capisci|capite)(?: niente| nulla)?',
);
const friendly =
  / (?:thanks?|thank|great|love|awesome|perfect|danke|super|merci|gracias|obrigad[oa]|grazie|perfekt|parfait|perfecto|perfeito|perfetto) /;

/** Words in capitals throughout, with an exclamation mark: three words at least, so that "OK!" and "IBAN" are none. */
function isShouted(text: string, plain: string): boolean {
  if (!text.includes('!')) return false;
  const words = text.match(/\p{L}{2,}/gu) ?? [];
  return words.length >= 3 && text === text.toUpperCase() && !friendly.test(plain);
}

/** @returns the words that show anger: insults, shouting, "for the third time". Conservative: it leads to an offer only */
export function findAnger(text: string): string | null {
  const clauses = clausesOf(text);
  const angryClause = clauses.find(({ plain }) => angry.test(plain));
  if (angryClause !== undefined) return angryClause.words;
  const isShouting = isShouted(text.slice(0, 1_000), clauses.map(({ plain }) => plain).join(' '));
  return isShouting ? (clauses[0]?.words ?? null) : null;
}
