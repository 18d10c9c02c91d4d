import type { RequestGrammar } from '../grammar.ts';

const machine =
  '(?:(?:a|an|the|this|that|your|any|some|these|those|stupid|dumb|useless|damn|bloody|virtual|automated|ai|more) ){0,3}' +
  '(?:bots?|robots?|machines?|computers?|chatbots?|chat bots?|ai|algorithm|program|software|automated system|virtual (?:agents?|assistants?))';
const dislike =
  'dont (?:want|wanna|like|wish|feel comfortable|feel like|trust)|do not (?:want|wish|like|feel comfortable)|didnt (?:want|ask)|not (?:want|comfortable|going|gonna|willing|here)|wont|refuse|stop|tired of|sick of|fed up(?: with)?|enough of|done|hate|rather not|cant stand|cannot';
const contact =
  '(?:talk|speak|chat|deal|discuss|share|sharing|communicat|interact|writ|typ|convers|argu|explain)(?:ing|e|ed)?';

export const english: RequestGrammar = {
  licence:
    'want|wants|wanna|wanted|wish|need|like|love|prefer|rather|gotta|have to|must|demand|insist|require|request|trying|try|hoping|hope|' +
    '(?:can|could|may|might) (?:i|we|you|u)|cant (?:i|we|you)|i (?:can|could|should|may)|get to|(?:calling|call|here|got|looking|way|like) to|lets|question about|information (?:about|on)|(?:is|if) (?:it|there)(?: be)? (?:possible|any way|a way|any chance|a chance)|possible|able|how (?:do|can|could|would|might) (?:i|we)|how to|' +
    'when (?:can|could) i|need to do|let me|let us|lemme|allow me|get me|help me|id|ready|time|going|assistance|help|where (?:can|do|could) i',
  talk:
    '(?:to |be )?(?:talk|complain|speak|spk|speek|chat|talking|speaking|chatting|converse|consult|correspond|(?:(?:have )?a )?(?:conversation|word|chat)|communicate)(?: about (?:[a-z0-9]+ ){1,4}| (?:[a-z]+ly|live|one on one|some more))?(?: to| with| w| 2| too| 2 a)?|' +
    '(?:discuss|sort|resolve|handle|address|take|deal with) (?:[a-z0-9]+ ){1,4}with|(?:deal|dealing|interact|interacting) with',
  connect:
    '(?:connect|transfer|transferred|connected|put|pass|hand|switch|forward|redirect|direct|route|patch|escalate|escalated|link|refer|send|move|assign|get|take|bring|talk|passing|connecting|transferring|putting|handing|getting|switching) (?:me|us|this|this (?:chat|conversation|call|case|issue|matter|ticket))(?: straight)?(?: through| thru| over| on| up| back)?(?: in touch| in contact)?(?: to| with| w| onto| 2)|' +
    'be (?:connected|transferred|put through|passed on|forwarded|handed over) (?:to|with)|' +
    'put (?:me|us) (?:through|on)(?: to)?|put (?:me|us) (?:through )?with|(?:get|put) through to|get through to|get (?:a )?hold of|get in (?:touch|contact) with',
  want: '(?:want|wanna|wanted|need|needing|(?:help|assistance|support|answer|answers) from|prefer|demand|require|requesting|looking for|would like|id like|like to (?:have|get|see)|asked? for|asking for|insist on|rather have|(?:get|find|reach|contact|see|meet|message|ask)(?: to)?(?: hold of)?(?! (?:your |the |a )?(?:customer|support|service))|i said|wheres|chance of|call(?= (?:(?:a|an|the|real|live|actual) ){0,2}(?:humans?|agent|representative|operator|rep|advisor) )|(?:can|could|may|might) (?:i|we|u) (?:have|get)|(?:give|get|gimme|bring|fetch|pass|hand|send)(?: me| us)?|(?:connect|transfer|switch|escalate|connection|escalation|escalated) (?:to|with)(?! (?:a |the |another )?person )|(?:need|want) (?:the )?(?:help|assistance|support) (?:from|of|by))(?: to (?:have|get|see|reach|contact|message|ask for|call|be helped by))?',
  before:
    'a|an|the|any|some|one of your|one of the|your|another|other|different|real|actual|live|living|human|proper|normal|physical|genuine|true|competent|qualified|non|robotic|good|customer|service|support|care|bank|sales|technical|tech|call center|senior|trained|single|freaking|fucking|damn|bloody|goddamn|goddam|to',
  strong:
    '(?:customer (?:care|service) )?executives?|csr|call cent(?:er|re)|humans?|human beings?|human (?:help|support|assistance|assistant|contact|advisor|interaction|intervention|operator|agent|representative|rep)|agents?|repr?e?s[ei]nt[aei]t[ie]ves?|reps?|advis[eo]rs?|operators?|supervisors?|managers?|' +
    '(?:customer|support|service|sales|bank) (?:agent|rep|representative|person|people|advisor|worker|employee|team|staff|specialist|assistant|associate)|customer (?:service|services|support|care|assistance|rep)|support (?:team|staff)|bank workers?|call centre? agent|' +
    '(?:real|actual|live|living|proper|normal|human|physical|genuine) (?:person|people|persons|someone|somebody|being|assistant|one|operator)|(?:someone|somebody|anyone|anybody) (?:real|human|competent|alive|in charge|from (?:your|the) (?:team|support|staff|company))|' +
    'person to (?:talk|speak|chat)|(?:someone|somebody|anyone|anybody) (?:i can|i could|to) (?:talk|speak|chat)|members? of (?:staff|your team|the team|your staff)|team members?|staff members?|employees?|colleagues?|associate|live (?:chat|support|help)|(?:a|the) person|person (?:not|instead|rather)',
  weak: 'department|persons?|boss|people|someone|somebody|some one|anyone|anybody|someone else|somebody else|anyone else|another one|consultant|specialist|expert|technician|assistant|support|staff|team|guy|assistance|clerk|teller|receptionist|reception|front desk|concierge|banker|human resources officer',
  notBefore:
    'number|numbers|limits?|manuals?|guide|training|licen[sc]e|certificate|who stole|resources|resource|page|code|name|names|id|error|errors|rights|hair|body|bodies|sample|samples|fee|fees|commission|list|lists|portal|login|hours|phone|email|address|desk|policy|of(?! (?:yours|your))|reviews|position|job|role|language|nature|race|plan|plans|version|lounge|suite|rooms?|class|board|trafficking|consumption|account|feedback|survey|who (?:helped|told|said|called)|in paris|from my|estate|for my (?:house|home|car|wedding)|to (?:my|the) (?:account|booking|reservation|policy|card)',
  follow:
    'to|for|who|that|about|because|not|on|in|here|as|and|or|but|i|at|with|from|regarding|instead|rather|online|available|this|today|can|help|now|if|so|when|cause|cuz|cos|immediate|there|asap|into|you|who|whom|thanks|thank|ok|over|please|no|than|per|via|by|urgently|we|my|anymore|could|would|involved|only|line|chat|phone|live|assistance|support|assist|quick|quickly|fast|ffs|lol|dammit|damn|already|the',
  opening:
    'needed|required|requested|asap|hi|hey|hello|helo|good (?:morning|evening|afternoon|day)|ok|okay|yes|yeah|yep|no|nope|nah|thanks|thank you|sorry|stop|so|but|and|then|well|meh|ugh|look|listen|i said|only|a|the|not (?:a )?(?:bot|robot|machine|ai)|instead|here|bloody|need|wanted|for|to|there|oh|omg|wtf|your|me|with|you|asap|today|thx|cheers',
  not: 'dont|not|never|wont|my|his|her|their|hers|without|doesnt|didnt|said|told|says',
  denied:
    '(?:(?:dont|do not|doesnt|didnt|not|never|no longer|neednt|without|wouldnt|no need|instead of|rather than)(?: (?:really|even|ever|necessarily|think|feel like))?(?: (?:want|need|like|wish|have|asking|ask|asked|trying|going|intend|wanna|care))?(?: (?:you|u|me|to|for|be|it|that|i)){0,3}|no|(?:they|he|she|agent|who|it) (?:said|told|says|asked|asks)(?: me| us)?(?: that)?(?: i| we| to)?|(?:after|before|when|while|since|by)(?: i| you)?|yesterday i|last week i|if (?:i|you|we)|(?<!how |where |when )(?:do|did|will|would|should|must|whether) (?:i|we|you)|my|his|her|their|(?:who|what|where) (?:do|should) (?:i|we)?)',
  duty: '(?:do|did|will|would) (?:i|we) (?:have|need) to|must i|(?:do|did) you|should i|does',
  machine,
  refusals: [
    `(?<!why) (?:${dislike}) (?:[a-z0-9]+ ){0,6}?${contact} (?:[a-z0-9]+ ){0,5}?(?:to|with) MACHINE `,
    `^ (?:(?:no|stop|i want|i need|want|need|give me|enough|enough of the|enough with the) ){0,2}(?:no|not|no more|enough) (?:a )?(?:bots?|robots?|machines?|chatbots?|ai) $`,
    ` (?:dont|do not|didnt) (?:want|need|like) (?:help from )?MACHINE $`,
  ],
  more: [
    ' (?:want|need|like|wish|prefer|rather|(?:can|could|may) i|let me|how (?:do|can) i|have to|id) (?:[a-z]+ ){0,3}?(?:talk|speak|chat)(?:ing)? (?:to|with) (?!(?:my|his|her|their) )(?:[a-z]+ ){0,4}?(?:department|team|desk|staff|manager|office) ',
    ' PERSON (?:should|needs to|need to|must|has to) (?:look|check|handle|review|see|take|deal|fix|help|call|answer) ',
    ' (?:is|are|isnt|arent) PERSON (?:available|here|there|online|around|free|on duty|working) ',
    ' put PERSON on(?: the (?:line|phone|chat))? ',
    ' do (?:you|u) (?:guys )?have PERSON (?:i|to|available|there|here|who|that|on|around|online|for|$)(?: |$)',
    ' (?:be|get) (?:called|contacted|phoned|rung|helped|assisted|served|attended)(?: back| to)? (?:by|from) ANYONE ',
    ' (?:connect|transfer|put|pass|hand|switch|forward|redirect|escalate) (?:me|us|this|my (?:call|case|chat))(?: through| over| on)?(?: to| with) (?:the |your |a )?(?:[a-z]+ ){0,2}(?:department|team|desk|line|staff|office|manager) ',
    ' (?:can|could|would|will|have|need|want|let|may|might|is there) ANYONE (?:(?:from|at|in|of) (?:the |your )?[a-z]+ )?(?:who )?(?:can |could |to |that can |in charge |available )?(?:contact|call|ring|phone|email|reach out to|get back to|get in touch with|speak (?:to|with)|talk (?:to|with)|chat with) (?:me|us) ',
    ' (?:is|are|isnt|arent) there (?:PERSON (?=$|(?:here|available|there|online|around|i|who|that|to|on (?:the|duty|this)|working|in) )|(?:anyone|anybody|someone|somebody)(?: else)? (?:there |here |available )?(?:(?:that |who |whom )?(?:i|we) (?:can|could|may)|who (?:can|could)|to|available to|available for me to) (?:talk|speak|chat|help me) )',
    ' (?:want|need|like|prefer|wish|ask|request|demand|have|get)(?:[a-z0-9 ]{1,40})? (?:help|helped|ask|asked|handle|handled|deal|dealt|resolve|resolved|answered|served|speak|reviewed|checked|fix|fixed|sort|sorted|assisted|assistance|refund|support|answer) (?:from|by|through|via) (?:a|an|your|the|some|one of your) PERSON ',
    ' what (?:do|must|should|can) i (?:have to |need to )?do (?:to|in order to|so i can) (?:talk|speak|chat|get)(?: to| with| through to| hold of)? ANYONE ',
    ' (?:can|could|would|will|let|have|want|need|may) (?:(?:a|an|one of your|your|some|any|real|actual|live|human|member of) ){1,4}(?:person|humans?|human being|agents?|representative|rep|advis[eo]r|operator|manager|supervisor|employees?|colleagues?|staff|someone) (?:to |at least )?(?:help|assist|look|handle|deal|check|take|answer|review|fix|sort|solve|explain|respond|reply|see|do|be) ',
    ' (?:can|could|would|get|let|have) (?:someone|somebody|anyone|anybody) else (?:to )?(?:help|assist|handle|deal|take over|take a look|look at my|look into|sort|answer|explain) ',
    ' (?:can|could|would) (?:someone|somebody) (?:from|at|on|in) (?:your|the) (?:team|company|staff|office|support|bank|side) ',
    ' get (?:me )?(?:someone|somebody|anyone)(?: else)? (?:on the (?:line|phone)|to (?:help|assist|call|talk|speak|contact)|in here|here|over here|who) ',
    ' (?:give|get|pass|bring) (?:me|us)(?: to| through to| over to)? (?:someone|somebody|a person|another person|anyone|people)(?: else)?(?: who| that| $|instead|with)',
    '^ (?:(?:hi|hello|hey|ok|so|but) ){0,2}any (?:real |actual |live )?(?:humans?|agents?|real people|real persons?) (?:there|here|available|around|online|i can|who|that|on) ',
    'START (?:[a-z]+ ){0,3}(?:want|need|prefer|like) (?:a |an )?(?:person|people|someone|somebody|someone else|somebody else)(?: else)?(?: here| instead| on the phone| to (?:talk|speak|chat)[a-z ]{0,20})? $',
    ' (?:i|we) (?:want|need) (?:your |the )?(?:manager|supervisor|boss) ',
  ],
  bare: [
    'START (?:a |an )?(?:real |actual |live )?(?:person|people|someone real|someone else|somebody else)(?: only)? $',
  ],
  unnamed: [
    ' (?:get|take) me (?:off|out of|away from) this (?:bot|chatbot|robot|machine|thing) ',
    ' (?:want|like|prefer|need|wish) to be (?:called|phoned|rung)(?: back| by (?:a|an|one|your|someone)) ',
    'START (?:call|phone|ring) me(?: (?:on|at|back|today|tomorrow) [a-z0-9 ]{0,30})? $',
    ' (?:dont|do not|not) (?:want|wanna|going|gonna|wish)(?: to)? (?:talk|speak|chat|deal)(?:ing)? (?:to|with) (?:you|u|this thing) ',
    ' who (?:else )?(?:can|could|may) (?:i|we) (?:talk|speak|chat)(?: (?:to|with))? ',
    ' (?:call|phone|ring) (?:me|us) back ',
    ' (?:want|need|like|request|get|have|arrange|book|schedule) (?:a |to request a |to have a |to get a )?(?:call ?back|phone call from|call from) ',
    'START (?:escalate(?: this| it)?|transfer me|connect me|(?:put|pass|hand) me (?:over|through|on)) $',
    ' (?:put|pass|hand|patch) (?:me|us) (?:through|on|over) $',
    ' (?:put|patch) (?:me|us) through ',
  ],
};
