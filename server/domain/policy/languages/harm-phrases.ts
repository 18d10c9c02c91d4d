/**
 * How a customer says that it cannot wait, and that they have done what the bot told them: fragments of regular
 * expressions over folded text (`foldedOf`), one list for each language.
 */
export const urgent: readonly string[] = [
  // English
  '(?:its|it is|this is|thats|that is|very|really|most|extremely|quite|so|an?) urgent',
  'urgently',
  '(?<=^ )urgent',
  'emergency',
  '(?:cant|cannot|can not|couldnt) wait',
  'no time to (?:lose|waste)',
  '(?:asap|as soon as possible)',
  '(?:immediate (?:help|action|attention|assistance))',
  // German
  '(?:sehr|ganz|wirklich|ausserst|ist|es ist|furchtbar) (?:dringend|eilig)',
  '(?<=^ )dringend',
  'dringend(?:st)? (?:hilfe|brauche|benotige)',
  '(?:brauche|benotige) dringend',
  'notfall',
  'kann nicht (?:langer )?warten',
  'so (?:schnell|bald) wie (?:nur )?(?:moglich|irgend moglich)',
  'es eilt(?! nicht)',
  // French
  '(?:c est|est|tres|vraiment|assez) urgent',
  '(?<=^ )urgente?',
  'd urgence',
  'une urgence',
  '(?:ne )?peux? pas attendre',
  'le plus (?:vite|rapidement|tot) possible',
  // Spanish
  '(?:es|muy|bastante|realmente|sumamente) urgente',
  'urgentemente',
  'una (?:emergencia|urgencia)',
  'no puedo esperar',
  'lo antes posible',
  'cuanto antes',
  // Portuguese
  '(?:e|esta|muito|bastante|realmente) urgente',
  'uma (?:emergencia|urgencia)',
  'nao posso esperar',
  'o mais rapido possivel',
  'o quanto antes',
  // Italian
  '(?:molto|davvero|veramente|abbastanza) urgente',
  'un (?:emergenza|urgenza)',
  'non posso aspettare',
  '(?:il )?prima possibile',
];

/** What turns an urgent word around when it stands within a few words before it. */
export const notUrgent =
  '(?:not|isnt|no|nothing|never|nicht|kein|keine|keinen|pas|rien|aucune|aucun|sin|nada|nenhuma|nao|non|nessuna|nessun|niente)';

export const actedOn: readonly string[] = [
  // English
  'i (?:did|have done|ve done|tried|followed|used) (?:exactly |all )?(?:what|as|everything|the steps) (?:that )?(?:you|the bot|your bot|it) (?:said|told|wrote|suggested|recommended|asked)',
  'i (?:followed|have followed|ve followed) (?:your|the bots?|its|these|those) (?:[a-z]+ )?(?:instructions?|advice|steps?|answer|suggestion)',
  '(?:because of|due to|thanks to|after following) (?:your|the bots?) (?:[a-z]+ )?(?:answer|advice|instructions?|information)',
  '(?:as|like) (?:you|the bot|your bot) (?:told|said|advised|instructed) (?:me )?(?:[a-z0-9]+ ){0,8}?(?:and|but) (?:now|then|it|i)',
  // German
  'ich (?:habe|hab) (?:alles |genau )?(?:das )?(?:gemacht|getan|befolgt|ausprobiert) (?:was|wie) (?:du|sie|der bot|ihr|mir)',
  '(?:ich )?(?:habe|hab|bin) (?:ich )?(?:ihre[rnm]?|deine[rnm]?|eure[rnm]?) (?:anleitung|anweisung(?:en)?|rat|antwort|auskunft|schritte[n]?) (?:befolgt|gefolgt|geglaubt|verlassen)',
  'wegen (?:ihrer|deiner|eurer|der falschen|dieser) (?:[a-z]+ )?(?:antwort|auskunft|anleitung|information)',
  // French
  'j ai (?:fait|suivi) (?:exactement )?(?:ce que|comme) (?:vous|tu|le bot|votre bot)',
  'j ai suivi (?:vos|tes|votre|ton|les) (?:instructions?|conseils?|etapes?|reponse)',
  'a cause de (?:votre|ta|vos) (?:reponse|conseil|instructions?|informations?)',
  // Spanish
  '(?:hice|he hecho|segui|he seguido) (?:exactamente )?(?:lo que|como) (?:me )?(?:usted|tu|dijo|dijiste|dijeron|indico|indicaste|el bot)',
  '(?:segui|he seguido) (?:sus|tus|las|los) (?:instrucciones|consejos|pasos|indicaciones)',
  'por culpa de (?:su|tu|la) (?:respuesta|informacion|indicacion)',
  // Portuguese
  '(?:fiz|segui) (?:exatamente )?(?:o que|como) (?:voce|me|o bot|voces)',
  'segui (?:suas|as suas|as tuas|tuas|as) (?:instrucoes|orientacoes|dicas)',
  'por causa d(?:a sua|a tua|essa|esta) (?:resposta|informacao|orientacao)',
  // Italian
  'ho (?:fatto|seguito) (?:esattamente )?(?:quello che|cio che|come) (?:mi )?(?:lei|tu|ha|hai|avete|il bot|detto)',
  'ho seguito (?:le )?(?:sue|tue|vostre) (?:istruzioni|indicazioni)',
  'ho seguito (?:il )?(?:suo|tuo|vostro) consiglio',
  'per colpa della (?:sua|tua|vostra) (?:risposta|informazione)',
];
