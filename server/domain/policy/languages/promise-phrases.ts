/**
 * How a bot promises a person or a follow-up, as fragments of regular expressions over plain words (see words.ts).
 * `WHO` stands for those who would come, `GAP` for up to four words. No fragment repeats without a bound.
 */
export interface PromisePhrases {
  /** Who would come: "one of our agents". */
  readonly who: string;
  /** Promises of a person in this conversation. */
  readonly person: readonly string[];
  /** Promises that somebody answers later or elsewhere. */
  readonly followUp: readonly string[];
  /** What makes a sentence an offer, a condition, a denial or a piece of information. */
  readonly unless: string;
}

const you =
  '(?:you|u|your (?:chat|call|case|conversation|request|query|question|issue|ticket|concern|matter|message|complaint|inquiry|enquiry|problem|details|feedback)|this|it|that|the (?:chat|conversation|case|issue|matter))';
const will = '(?:will|shall|ll|is going to|are going to|is gonna|should|is about to)';
const moves =
  '(?:transfer|connect|forward|hand|pass|put|escalat|rout|rerout|redirect|direct|get|bring|patch|refer|assign|switch|link|send|sent|rais|submitt|relay|report|turn|loop|flag)(?:e|ed|ing|r?ring|red|ting|t|s)?';
const englishWho =
  '(?:agents?|representatives?|reps?|humans?|persons?|person|people|colleagues?|team ?mates?|coworkers?|co workers?|specialists?|advis[eo]rs?|operators?|managers?|supervisors?|(?:support|service|billing|card|claims|technical|returns|complaints|fraud|sales|care|success|help|our|the|my|your|security|payments?|dispute|shop) teams?|team members?|(?:our|the|this|my) team|teams?|department|dept|customer (?:service|care|support)|support|back office|staff(?: member)?|someone|somebody|technicians?|engineers?|experts?|associates?|assistants? manager|consultants?|executives?|members? of (?:our|the|my) (?:team|staff)|employees?|coworkers?|warehouse|our end|human agents?)';
const english: PromisePhrases = {
  who: englishWho,
  person: [
    `(?:ill|i will|i am|im|i have|ive|i|let me|lemme|well|we will|we are|were|weve|we have|going to|gonna|allow me to|be|am|while i|so i can|hold on|sure thing|okay|ok|as i)(?: (?:be|am|going to|gonna|now|currently|also|gladly|happily|have to|need to|then|had|already)){0,3} ${moves} ${you}(?: [a-z0-9]+){0,3}? (?:to|with|over|through|onto|in|on|for|by) (?:[a-z0-9]+ ){0,4}?WHO`,
    `(?<=^ (?:(?:sure|ok|okay|thing|thanks|great|alright|one|moment|understood|got|it|i|see|so|and|wait|hold|on|the|line|of|course|absolutely|certainly) ){0,5})(?:transferring|connecting|forwarding|handing|passing|putting|routing|redirecting|escalating|getting|bringing)(?: ${you})?(?: (?:on|over|through|up|back|in|it))?(?: (?:to|with))? (?:[a-z0-9]+ ){0,4}?WHO`,
    `(?:ill|i will|well|we will|let me|i am|im|going to|have)(?: (?:go|just|get|going to|and))* (?:get|getting|bring|bringing|find|fetch|call|calling|add|invite|page|notify|alert|asked|notified|alerted|informed|contacted|called|contact)(?: in| for)? (?:[a-z0-9]+ ){0,3}?WHO(?: [a-z]+){0,2}? (?:to|for you|in|and|who|on|right|for|step)`,
    `(?:ill|i will|well|we will|let me|im|i am)(?: going to)? (?:bring in|bringing in|bring|bringing|call in|calling in|get|fetch|grab|find|loop in|looping in|call over) (?:[a-z0-9]+ ){0,3}?WHO`,
    `(?:youll|you will|you are|youre|you have been|youve been|you)(?: (?:are|be|being|now|get|soon|about to be|going to be|shortly))*(?: (?:connected|transferred|forwarded|redirected|put through|routed|handed over|passed on|assigned|speaking|talking|chatting))(?: (?:to|with|over to))+ (?:[a-z0-9]+ ){0,4}?WHO`,
    `your (?:chat|conversation|call|case|request|query|issue|ticket|concern|question|message|complaint|inquiry)(?: [a-z]+)?? (?:has been|was|is|is being|will be|have been|gets)(?: being| now)? (?:transferred|forwarded|escalated|passed|passed on|handed|handed over|assigned|routed|sent|raised|submitted|redirected|referred)(?: over| on)? (?:to|with) (?:[a-z0-9]+ ){0,4}?WHO`,
    `(?:i have|ive|i|we have|weve) (?:escalated|forwarded|transferred|passed|handed|referred|flagged|raised|reported|relayed|notified|alerted)(?: [a-z]+){0,4}? (?:to )?(?:[a-z0-9]+ ){0,3}?WHO`,
    `WHO(?: [a-z]+){0,5}? (?:${will}|ll|who will)(?: (?:soon|shortly|now|personally|also|then|gladly))? (?:be (?:with you|right with you|there|joining|taking|here|here soon|assisting|helping)|join|take (?:over|it from|care)|help you|assist you|step in|attend|come in|pick (?:this|it|you|your)|look after|speak (?:to|with) you|talk (?:to|with) you|chat with you|handle|be available for you)`,
    '(?:ive|i have|i) (?:asked|told|invited|pinged|paged) [a-z]+ (?:from|of|in) WHO',
    'theyll be (?:right )?with you|WHO (?:is|are) (?:on (?:the|their|its|his|her) way|joining|coming|taking over|being notified|being connected)',
    'WHO(?: [a-z]+){0,5}? (?:will|is going to) (?:join|take over)',
    '(?:ill|i will|i am|im|let me|well|we will)(?: now)? (?:escalate|escalating|transfer|transferring|redirect|redirecting) (?:you|this|your (?:case|chat|call|issue|request|complaint))(?: $| for)',
  ],
  followUp: [
    '(?:we|i|they|weve|ive|WHO)(?: [a-z]+){0,12}? (?:and|will|ll) (?:will |then )?(?:reply|respond|answer|report back|revert|come back)(?: [a-z]+)?? (?:within|by|as soon|shortly|in|before|with|soon|today|tomorrow|to you|on monday|once we)',
    `(?:WHO(?: [a-z0-9]+){0,5}?|we|i|they|he|she|who|theyll|ill|well|us) (?:${will} )?(?:(?:then|also|soon|shortly|personally|be sure to|make sure to|definitely|certainly|be able to|now|review|investigate|look|check|call|it|and|into|this|your|case|with|my|team|ask|the|warehouse|to|a|colleague|find|out|reply) ){0,10}?(?:get(?:ting)? back to you|come back to you|be getting back|reach(?:ing)? out(?: to you)?|be (?:in touch|reaching out|contacting|calling|emailing|following up|messaging)|get in (?:touch|contact) with you|contact you|call you(?: back)?|phone you|ring you|email you|e mail you|write to you|message you|text you back|follow up(?: with you| on this)?|update you|keep you (?:posted|updated|informed)|let you know|reply to you|respond to you|answer you|inform you|notify you (?:by|of the)|give you a (?:call|ring)|send you (?:an answer|a reply|a response|an update)|answer (?:your|the) (?:question|request|query|message)|reply by|respond by|respond (?:within|shortly|as soon))`,
    '(?:youll|you will|you shall|you should|expect to|you can expect to|you are going to) (?:soon |shortly |then )?(?:hear (?:back )?from (?:us|me|WHO|our|them|one)|(?:receive|get|have) (?:a |an |the |our )?(?:personal |phone |written |full |proper |detailed )?(?:call|callback|call back|reply|response|answer|update|follow up|feedback) (?:back )?(?:from|by|within|in|on|shortly|soon|today|tomorrow|as)|be (?:contacted|called|notified by|informed by|emailed by))',
    '(?:expect|await) (?:a |an |our |their )?(?:call|reply|response|answer|message|email|callback|call back|update) (?:back )?(?:from|within|in|by|today|tomorrow|shortly|soon)',
    '(?:ive|i have|i|we have|weve|ill|i will|well|we will) (?:just |also )?(?:schedule|arrange|book|request|set up|order|organi[sz]e)[rd]?d? (?:a |your |you a |for a )(?:callback|call back|phone call|call|visit from)',
    '(?:ill|i will|well|we will|let me|i can assure|ive|i have|have|make sure|ensure|see to it)(?: (?:make sure|ensure|see to it|get|that|have|let|asked|ask|told|arranged for|arrange for|sure))+ (?:[a-z]+ ){0,3}?WHO(?: [a-z]+){0,5}? (?:calls?|contacts?|gets? back|reach(?:es)? out|emails?|messages?|rings?|phones?|get in touch|follows? up|theyll)',
    '(?:a |your |the )?(?:callback|call back) (?:has been|is|was) (?:scheduled|arranged|booked|requested)',
    `(?:ticket|case|request|complaint)(?: [a-z]+)? (?:has been|was|is) (?:created|opened|logged|registered|escalated|forwarded)(?: [a-z]+){0,4} (?:and|so) (?:[a-z]+ ){0,4}?(?:will|ll)`,
    'by (?:one of )?WHO (?:shortly|soon|within|today|tomorrow)',
  ],
  unless:
    'if|unless|in case|when(?:ever)? you|once you|after you|as soon as you|until you|while you|should you|would you|do you|shall i|should i|want me|like me|(?:i|we|you|they|agents?|advisors?|team|also) (?:can|could|may|might)|can (?:be|reach|also|contact|call|talk|speak)|could (?:be|ask)|may (?:be|call|contact)|might|cant|cannot|can not|wont|never|unable|unfortunately|no (?:agents?|one|person|humans?|representatives?|advisors?|colleagues?)|nobody|not|dont|doesnt|isnt|arent|havent|only|yesterday|last week|last month|to (?:talk|speak|chat|reach|contact) (?:to |with )?(?:a|an|our|us)|must|in the past|already|did|has an|have you|has anyone|at any time|any time|whenever|normally|usually|typically|would|earlier|nor|without',
};

const germanWho =
  '(?:mitarbeiter(?:in|n|innen)?|kollegen?|kollegin|kolleginnen|berater(?:in|n)?|kundenberater(?:in|n)?|kundenbetreuer(?:in)?|menschen?|experte[n]?|expertin|spezialist(?:en|in)?|agent(?:en)?|team|[a-z]*team|fachabteilung|abteilung|kundenservice|kundendienst|support|vorgesetzten?|techniker|jemand(?:en|em)?|person|sachbearbeiter(?:in)?|service|ansprechpartner|operator|teamleiter|zustandige[nr]? stelle)';
const german: PromisePhrases = {
  who: germanWho,
  person: [
    '(?:ich|wir)(?: [a-z]+)?? (?:verbinde|verbinden|ubergebe|ubergeben|vermittle|leite|leiten|stelle|stellen|gebe|geben|hole|holen|reiche|schalte|rufe|eskaliere)(?: [a-z]+){0,6}? WHO',
    '(?:verbinde|leite|stelle|ubergebe|gebe|hole|eskaliere|vermittle) ich(?: [a-z]+){0,6}? WHO',
    '(?:habe|haben|werde|werden)(?: [a-z]+){0,8}? WHO(?: [a-z]+){0,3}? (?:weitergegeben|weitergeleitet|ubergeben|eskaliert|informiert|verbunden|verbinden|weiterleiten|ubergeben|holen|dazuholen|hinzuziehen|gebeten|weitergereicht)',
    '(?:sie werden|du wirst|werden sie|wirst du)(?: [a-z]+){0,6}? WHO(?: [a-z]+){0,3}? (?:verbunden|weitergeleitet|ubergeben|durchgestellt)',
    'WHO(?: [a-z]+){0,4}? (?:ubernimmt|ist (?:gleich|sofort|in kurze)|kommt gleich|kummert sich|wird(?: [a-z]+){0,4}? (?:ubernehmen|helfen|kummern|dazukommen|einschalten|beitreten|da sein))',
    '(?:gleich|sofort|in kurze|kurze)(?: [a-z]+){0,2} (?:ist|ubernimmt|kommt|hilft|kummert)(?: [a-z]+){0,5}? WHO',
    'ihre? (?:anfrage|anliegen|chat|gesprach|fall)(?: [a-z]+)?? (?:wird|wurde|ist)(?: [a-z]+){0,6}? (?:weitergeleitet|ubergeben|weitergegeben|eskaliert)',
  ],
  followUp: [
    '(?:wir|ich) (?:melde|melden|komme|kommen|rufe|rufen|kontaktiere|kontaktieren|schreibe|schreiben|informiere|informieren)(?: [a-z0-9]+){0,6}? (?:bei (?:ihnen|dir)|auf (?:sie|dich)|(?:sie|dich|ihnen|dir)(?: [a-z0-9]+){0,5} (?:zuruck|an|sobald|uber)|(?:sie|dich) (?:per|telefonisch|so|umgehend|schnellst))',
    '(?:melden|melde|kummern) (?:wir|ich) (?:uns|mich|sich)',
    'wir (?:werden|wollen)(?: (?:uns|sie|dich|ihnen|dir))(?: [a-z0-9]+){0,6}? (?:melden|kontaktieren|zuruckrufen|anrufen|antworten|informieren|benachrichtigen)',
    'WHO(?: [a-z]+){0,4}? (?:wird|werden)(?: [a-z0-9]+){0,8}? (?:melden|kontaktieren|zuruckrufen|anrufen|antworten|schreiben|informieren|beantworten|in verbindung setzen)',
    'WHO(?: [a-z]+){0,3}? (?:meldet|melden|ruft|rufen|kontaktiert|kontaktieren|antwortet|schreibt) (?:sich|sie|dich|ihnen|dir)',
    '(?:sie|du) (?:erhalten|erhaltst|bekommen|bekommst|horen|horst)(?: [a-z0-9]+){0,5}? (?:antwort|ruckruf|ruckmeldung|anruf|von uns|nachricht) (?:von|durch|innerhalb|in|bis|morgen|heute|$)(?:[a-z ]{0,20}WHO)?',
    '(?:sie|du) (?:horen|horst)(?: [a-z0-9]+){0,3}? von uns',
    '(?:sie werden|du wirst)(?: [a-z0-9]+){0,5}? (?:kontaktiert|zuruckgerufen|angerufen|benachrichtigt von)',
    '(?:ruckruf|termin)(?: [a-z0-9]+){0,4}? (?:vereinbart|gebucht|eingetragen|veranlasst)',
  ],
  unless:
    'wenn|falls|sofern|sobald sie|soll|sollen|sollte|mochten|mochtest|wollen sie|willst du|konnen|konnte|konnten|kann|kannst|leider|nicht|kein|keine|keinen|niemand|niemals|nie|wurde gestern|ob|gestern|nur|hat sich|haben sie',
};

const frenchWho =
  '(?:conseill(?:er|ere|ers|eres)|agents?|collaborat(?:eur|rice|eurs)|collegues?|operat(?:eur|rice|eurs)|responsables?|superieure?|superviseur|expert(?:e|s)?|specialistes?|technicien(?:ne|s)?|equipes?|service(?: [a-z]+)?|humain|personne|quelqu un|representante?s?|interlocuteur|gestionnaire|charge de clientele|manager|membre de (?:notre|l) equipe|departement)';
const french: PromisePhrases = {
  who: frenchWho,
  person: [
    '(?:je|nous|on)(?: (?:vous|te|t|vais|allons|va|viens de|suis en train de)){1,4} (?:mets|mettre|mettons|mis|transfere|transferer|transferons|passe|passer|connecte|connecter|redirige|rediriger|oriente|dirige|diriger|renvoie)(?: [a-z]+){0,6}? WHO',
    '(?:j ai|nous avons|je viens de|je vais)(?: [a-z]+){0,2}? (?:transmis|transmettre|transfere|transferer|escalade|signale|envoye|prevenu|demande|alerte|informer|prevenir)(?: [a-z]+){0,6}? WHO',
    '(?:vous (?:allez|serez|etes)|tu (?:vas|seras))(?: [a-z]+){0,3}? (?:mise?|mis|transferee?|connectee?|redirigee?|oriente)(?: [a-z]+){0,7}? WHO',
    'WHO(?: [a-z]+){0,4}? (?:va|vont|prend|prendra|arrive|sera|s occupe)(?: [a-z]+){0,4}? (?:relais|rejoindre|conversation|charge|avec vous|occuper|aider|instant|instants|moment|moments|prendre|assister|disponible pour vous|de vous)',
    'WHO(?: [a-z]+){0,3}? (?:vous aidera|vous assistera|vous rejoindra|prendra le relais|arrive)',
    'mise en (?:relation|contact)(?: [a-z]+){0,3}? WHO',
  ],
  followUp: [
    '(?:nous|on|je) (?:reviendrons|revenons|reviens|reviendrai|reviendra|vous (?:recontacterons|recontactons|contacterons|rappellerons|rappelons|rappelle|repondrons|tiendrons|tiens|tenons|informerons|ecrirons|recontacte|recontacterai|rappellerai|tiendrai)|allons (?:revenir|vous (?:recontacter|contacter|rappeler|repondre)))',
    'WHO(?: [a-z]+){0,5}? (?:vous|te|t) (?:rappellera|rappelleront|contactera|contacteront|recontactera|recontacteront|repondra|repondront|rappelle|ecrira|appellera|enverra|tiendra|joindra)',
    '(?:qui|ils|elle|il) (?:vous|te|t) (?:rappellera|contactera|recontactera|repondra|recontacteront)',
    'WHO(?: [a-z]+){0,4}? (?:va|vont) (?:vous |te |t |bientot )*(?:contacter|rappeler|recontacter|appeler|repondre|ecrire|revenir|joindre)',
    'WHO(?: [a-z]+){0,3}? (?:reviendra|reviendront|prendra contact|se mettra en contact|entrera en contact)',
    'vous (?:recevrez|aurez|obtiendrez)(?: [a-z0-9]+){0,4}? (?:reponse|appel|rappel|retour|nouvelles)(?: [a-z0-9]+){0,3}? (?:de|sous|dans|d ici|par)',
    'vous serez (?:rappelee?|contactee?|recontactee?|informee?)(?: |$)|(?:un )?rappel (?:a ete|est) (?:programme|planifie|prevu)',
  ],
  unless:
    'si|souhaitez|voulez|veux tu|desirez|puis je|pouvez|peux|peut|pourrait|pourriez|pourra|ne|n|pas|jamais|malheureusement|aucun|lorsque vous|quand vous|des que vous|dois je|faut il|hier|uniquement|avez vous|est ce que',
};

const spanishWho =
  '(?:agentes?|asesor(?:a|es|as)?|representantes?|operador(?:a|es)?|ejecutiv[oa]s?|colegas?|compañer[oa]s?|companer[oa]s?|especialistas?|expert[oa]s?|tecnic[oa]s?|equipo|departamento|persona|humano|alguien|supervisor(?:a)?|gerente|soporte|servicio|atencion al cliente|encargad[oa]|responsable|area|miembro)';
const spanish: PromisePhrases = {
  who: spanishWho,
  person: [
    '(?:te|le|lo|la|os|les|los) (?:voy a |vamos a |estoy |estamos |he |hemos )?(?:paso|pasare|pasar|pasando|pasado|transfiero|transferir|transferire|transfiriendo|transferido|comunico|comunicar|comunicare|comunicando|conecto|conectar|conectare|conectando|pongo|pondre|poner|derivo|derivar|derivare|redirijo|redirigir|canalizo|enlazo|enlazar)(?: [a-z]+){0,6}? WHO',
    '(?:voy a|vamos a|estoy|estamos|procedo a) (?:transferir|pasar|comunicar|conectar|derivar|poner|transfiriendo|conectando|pasando|comunicando|derivando|escalar|redirigiendo|redirigir)(?:te|le|lo|la|os)?(?: [a-z]+){0,6}? WHO',
    '(?:he|hemos|se ha|ha sido)(?: [a-z]+)?? (?:transferido|escalado|enviado|pasado|derivado|notificado|avisado|reenviado|informado|remitido)(?: [a-z]+){0,6}? WHO',
    '(?:sera|seras|esta siendo) (?:transferid[oa]|conectad[oa]|derivad[oa]|atendid[oa])(?: [a-z]+){0,4}? WHO',
    'WHO(?: [a-z]+){0,5}? (?:te|le|lo|la|os)? ?(?:atendera|ayudara|asistira|acompanara|va a (?:atender|ayudar|unirse|asistir|tomar)[a-z]*|se unira|tomara|se hara cargo|estara contigo|estara con usted|se encargara|esta en camino)',
  ],
  followUp: [
    '(?:nos|me) (?:pondremos|pondre|comunicaremos|comunicare|vamos a (?:poner|comunicar)) (?:en contacto|con)',
    '(?:te|le|lo|la|os|les) (?:contactaremos|contactare|llamaremos|llamare|responderemos|respondere|escribiremos|avisaremos|avisare|informaremos|mantendremos|devolveremos)',
    'WHO(?: [a-z]+){0,6}? (?:se )?(?:te |le |lo |la |os )?(?:llamara|llamaran|contactara|contactaran|respondera|responderan|escribira|comunicara|comunicaran|pondra|pondran|devolvera|avisara|informara)',
    '(?:y|que|quien|quienes) (?:te|le|lo|la) (?:responderan|respondera|llamaran|llamara|contactaran|contactara)',
    'WHO(?: [a-z]+){0,4}? va(?:n)? a (?:llamar|contactar|responder|escribir|comunicarse|ponerse)[a-z]*',
    '(?:recibira|recibiras|recibireis|tendra|tendras)(?: [a-z0-9]+){0,4}? (?:llamada|respuesta|contestacion)(?: [a-z0-9]+){0,4}? (?:de|en|por|manana|pronto|hoy)|(?:sera|seras) contactad[oa]|(?:he|hemos) (?:programado|agendado) (?:una|tu|su) llamada',
  ],
  unless:
    'si|quieres|quiere|desea|deseas|gustaria|puedo|puedes|puede|pueden|podria|podrias|podemos|no|nunca|jamas|lamentablemente|ningun|ninguno|nadie|cuando (?:quieras|usted|tu)|una vez que|ayer|solo|debo|debes|necesitas',
};

const portugueseWho =
  '(?:atendentes?|agentes?|consultor(?:a|es)?|representantes?|operador(?:a|es)?|colegas?|especialistas?|tecnic[oa]s?|equipe|equipa|time|departamento|setor|pessoa|humano|alguem|supervisor(?:a)?|gerente|suporte|atendimento|apoio ao cliente|responsavel|funcionari[oa]|colaborador(?:a)?|assistente humano|analista)';
const portuguese: PromisePhrases = {
  who: portugueseWho,
  person: [
    '(?:vou|vamos|estou|estamos|irei|posso ja)(?: (?:te|lhe|o|a|agora|a))* (?:transferir|transferindo|encaminhar|encaminhando|passar|passando|conectar|conectando|direcionar|direcionando|chamar|ligar|colocar|redirecionar|redirecionando|escalar|acionar)(?: [a-z]+){0,6}? WHO',
    '(?:te|lhe|o|a) (?:transfiro|encaminho|passo|conecto|coloco|direciono)(?: [a-z]+){0,5}? WHO',
    '(?:encaminhei|transferi|passei|enviei|notifiquei|acionei|repassei|escalei|avisei)(?: [a-z]+){0,6}? WHO',
    '(?:sera|esta sendo|foi|voce vai ser) (?:transferid[oa]|encaminhad[oa]|atendid[oa]|direcionad[oa])(?: [a-z]+){0,4}? WHO',
    'WHO(?: [a-z]+){0,5}? (?:vai|ira|assumira|atendera|ajudara)(?: [a-z]+){0,2}? ?(?:assumir|atender|ajudar|entrar|continuar|conversa|voce|te|lhe|falar)',
    'WHO(?: [a-z]+){0,3}? (?:te atendera|o atendera|a atendera|assumira|ja vai|esta a caminho)',
  ],
  followUp: [
    '(?:entraremos|entrarei|vamos entrar|vou entrar|entrara|entrarao) em conta(?:to|cto)',
    '(?:retornaremos|retornarei|responderemos|ligaremos|avisaremos|contataremos|contactaremos|daremos retorno|te ligo|vamos (?:te |lhe )?(?:retornar|ligar|responder|avisar|contactar|contatar))',
    '(?:te|lhe) (?:ligaremos|avisaremos|responderemos|retornaremos|contactaremos|avisarei)',
    'WHO(?: [a-z]+){0,6}? (?:vai|vao|ira|irao) (?:te |lhe |o |a |entrar )*(?:ligar|contatar|contactar|responder|retornar|escrever|em conta(?:to|cto)|telefonar|avisar)',
    'WHO(?: [a-z]+){0,5}? (?:te |lhe |o |a )?(?:retornara|ligara|respondera|contatara|contactara|entrara em|telefonara|avisara)',
    '(?:recebera|recebera s|tera|vai receber)(?: [a-z0-9]+){0,4}? (?:ligacao|resposta|chamada|retorno|telefonema)(?: [a-z0-9]+){0,3}? (?:de|em|por|amanha|hoje)|sera contactad[oa]|sera contatad[oa]',
  ],
  unless:
    'se|quer|deseja|gostaria|posso|pode|podem|poderia|podemos|consigo|nao|nunca|infelizmente|nenhum|ninguem|quando (?:quiser|voce)|assim que voce|ontem|apenas|devo|precisa',
};

const italianWho =
  '(?:operator[ei]|operatric[ei]|consulent[ei]|collegh[ie]|collega|agent[ei]|rappresentant[ei]|addett[oi]|responsabile|supervisore|tecnic[oi]|espert[oi]|specialist[ai]|team|reparto|ufficio|servizio clienti|assistenza|persona|umano|qualcuno|supporto|incaricat[oi]|manager|dipendente)';
const italian: PromisePhrases = {
  who: italianWho,
  person: [
    '(?:la|ti|vi|lo|le) (?:sto |stiamo |faccio |faro |ho )?(?:metto|mettero|mettendo|mettiamo|trasferisco|trasferiro|trasferendo|trasferiamo|passo|passero|passando|passiamo|collego|chiamo|colleghero|collegando|connetto|connettero|connettendo|inoltro|parlare)(?: [a-z]+){0,6}? WHO',
    '(?:sto|stiamo|vado a|provvedo a) (?:trasferendo|mettendo|passando|collegando|connettendo|inoltrando|trasferir|metter|passar|inoltrare)(?:la|ti|vi|lo)?(?: [a-z]+){0,6}? WHO',
    '(?:ho|abbiamo|e stata?) (?:trasferito|inoltrat[oa]|passat[oa]|segnalat[oa]|avvisat[oa]|escalat[oa]|informat[oa]|trasmesso)(?: [a-z]+){0,6}? WHO',
    '(?:verra|sara|sarai|verrai) (?:trasferit[oa]|mess[oa]|collegat[oa]|passat[oa]|assistit[oa])(?: [a-z]+){0,4}? WHO',
    'WHO(?: [a-z]+){0,5}? (?:(?:ti|la|vi|le) )?(?:rispondera|assistera|aiutera|seguira|prendera|subentrera|si unira|sara (?:da|con|subito)|sta arrivando|si occupera|arriva|parlera)',
  ],
  followUp: [
    '(?:ti|la|vi|le|lo) (?:ricontatteremo|ricontattero|contatteremo|contattero|richiameremo|richiamero|risponderemo|rispondero|faremo sapere|faro sapere|aggiorneremo|aggiornero|scriveremo|terremo)',
    'WHO(?: [a-z]+){0,6}? (?:(?:ti|la|vi|le|lo|si) )?(?:richiamera|richiameranno|contattera|contatteranno|ricontattera|ricontatteranno|chiamera|chiameranno|scrivera|mettera|metteranno|fara sapere|risponderanno)',
    '(?:ci metteremo|mi mettero) in contatto',
    '(?:ricevera|riceverai|avra|avrai)(?: [a-z0-9]+){0,4}? (?:chiamata|risposta|telefonata|riscontro)(?: [a-z0-9]+){0,3}? (?:da|entro|dal|domani|oggi|di)|(?:sara|sarai|verra|verrai) (?:contattat[oa]|ricontattat[oa]|richiamat[oa])',
  ],
  unless:
    'se|vuole|vuoi|desidera|desideri|posso|puo|puoi|possono|potrebbe|possiamo|non|mai|purtroppo|nessun|nessuno|quando (?:vuole|vuoi)|una volta che|ieri|solo|devo|deve',
};

export const promisePhrases: readonly PromisePhrases[] = [
  english,
  german,
  french,
  spanish,
  portuguese,
  italian,
];
