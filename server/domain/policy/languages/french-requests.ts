import type { RequestGrammar } from '../grammar.ts';

const machine =
  '(?:(?:un|une|le|la|ce|cette|des|les|votre|vos|stupide) ){0,2}(?:bots?|robots?|machines?|ordinateurs?|chatbots?|ia|automates?|programme|logiciel|repondeur|assistant virtuel)';
const talking =
  '(?:parler|discuter|echanger|communiquer|dialoguer|converser|chatter|tchatter|m entretenir|m adresser|ecrire|avoir affaire|traiter)';

export const french: RequestGrammar = {
  licence:
    'veux|veut|voudrais|voudrai|vx|jveux|jvoudrais|souhaite|souhaiterais|souhaiterai|desire|desirerais|aimerais|aimerai|prefere|prefererais|(?:peux|puis|pourrais|pourrai|pouvons|pourrions) (?:je|nous|on)|je (?:peux|pourrais)|on peut|peut on|possible(?: de| d)?|besoin (?:de|d)|faut|dois|doit|laissez moi|laisse moi|exige|demande a|demander a|comment|moyen de|envie de|permettez moi|faites moi|aidez moi a|essaie de|cherche a|qui je (?:peux|pourrais)|ou (?:puis|peux) je|quand',
  talk: `${talking}(?: (?:de|du|d|en) (?:[a-z]+ ){1,4})?(?: directement)? (?:a|au|aux|avec)|(?:joindre|contacter|avoir|atteindre|rencontrer|voir)|(?:etre|suis|serai) (?:mise?|mis|connectee?|transferee?|redirigee?|rappelee?|contactee?|aidee?|orientee?)(?: en (?:relation|contact|communication|ligne))? (?:avec|a|au|vers|par)|(?:entrer|rentrer|me mettre) en (?:contact|relation|communication) avec`,
  connect:
    '(?:passez|passe|passer|mettez|mets|mettre|transferez|transfere|transferer|connectez|connecte|connecter|redirigez|redirige|orientez|oriente|donnez|donne|envoyez|appelez)(?: moi| nous)(?: en (?:relation|contact|communication|ligne))?(?: avec| a| au| vers| sur)?|' +
    '(?:me|nous) (?:passer|passez|passes|mettre|mettez|mets|transferer|transferez|connecter|rediriger|donner|orienter|trouver|envoyer|renvoyer|faire parler)(?: en (?:relation|contact|communication|ligne))?(?: avec| a| au| vers)?|' +
    '(?:mise en (?:relation|contact)|en relation|transfert|transferez) (?:avec|vers|a)',
  want: '(?:veux|voudrais|vx|jveux|jvoudrais|souhaite|souhaiterais|aimerais|prefere|prefererais|exige|demande|reclame|cherche|attends|besoin (?:de|d)|il me faut|me faut|possible d|qu)(?: (?:avoir|voir|joindre|contacter|obtenir|etre aide par|une aide|l aide|de l aide|d))?',
  before:
    'un|une|le|la|l|les|des|de|d|du|vos|votre|ton|ta|tes|nos|autre|vrai|vraie|vrais|vraies|reel|reelle|veritable|certain|seul|simple|competent|competente',
  strong:
    'humaine?s?|etres? humains?|(?:vraie|veritable|reelle) personne|personnes? (?:reelles?|physiques?|humaines?|vivantes?|competentes?|de votre)|conseill(?:er|ere|ers|eres)(?: clientele| client)?|agente?s?|operateurs?|operatrices?|responsables?|superviseurs?|superieurs?|managers?|representante?s?|interlocuteurs?|interlocutrice|teleconseill(?:er|ere|ers)|collaborat(?:eur|rice|eurs)|employee?s?|collegues?|technicien(?:ne)?s?|directeur|gestionnaire|service (?:client|clients|clientele|apres vente)|support|assistance humaine|contact humain|aide humaine|quelqu un (?:de (?:reel|vrai|competent|humain|vivant|chez vous|votre)|d autre)|(?:une) personne|rappel',
  weak: 'personne|personnes|quelqu un|quelquun|qqun|qq1|qlq un|quelqun|gens|vous',
  notBefore:
    'immobilier|de voyage|numero|ressources|a (?:ma|mon|mes|ajouter)|referent|erreur|corps|m a|a (?:vole|utilise|dit)|pour ma reservation|dans ma',
  follow: '',
  opening:
    'bonjour|bonsoir|salut|oui|non|ok|merci|alors|et|mais|stop|pas|pas un robot|seulement|plutot|la|moi|avec|a|ici|en|chat|ligne|aujourd hui',
  not: 'pas|jamais|sans|mon|ma|mes|personne ne|plus',
  denied:
    '(?:ne|n|pas|jamais|sans|inutile de|besoin de ne)(?: (?:me|m|nous))?|pas besoin (?:de|d)|(?:faut|dois|doit|est ce que je dois|si vous)(?: (?:il|je|on))?|ne (?:[a-z]+ ){1,2}pas(?: (?:me|de|a|que vous|qu on))?|si (?:je|vous)(?: le)?|(?:apres|avant|pour) (?:avoir|de)|(?:m a|m ont) dit de|pas',
  duty: '(?:faut|dois|doit) (?:il|je|on)|est ce que je dois|est ce que je parle',
  machine,
  refusals: [
    ` (?:ne |n |j )?(?:veux|souhaite|voudrais|aime|veut|peux|vais|vx|parle|parlerai) (?:pas|plus|jamais) (?:${talking.slice(3, -1)}) (?:[a-z]+ ){0,3}?(?:a|au|avec) MACHINE `,
    ` (?:refuse|marre|fatiguee?|ras le bol|assez|arretez|arrete|deteste|plutot que|au lieu) (?:de |d )?(?:[a-z]+ ){0,3}?(?:a|avec) MACHINE `,
    `^ (?:(?:je veux|non|svp|stop) ){0,2}(?:pas|plus|pas de|plus de|assez de|marre des|marre de ce) (?:un |une |d )?(?:bots?|robots?|machines?|ia|chatbots?) $`,
  ],
  more: [
    ` pourquoi (?:[a-z]+ ){0,3}?(?:peux|puis|pouvons|peut) (?:je |on )?pas ${talking} (?:a|avec) ANYONE `,
    ` (?:arrive|reussis|parviens) pas a (?:${talking.slice(3, -1)}|joindre|contacter|avoir) (?:a |avec )?ANYONE `,
    ' (?:il y a|y a|y a t il|a t il|est ce qu il y a) (?:PERSON (?:ici |la |disponible |en ligne |a qui |avec qui |avec lequel |au bout ){1,2}|(?:quelqu un|une personne|un humain) (?:ici |la |d autre ){0,2}(?:a qui|avec qui|que je|pour me|disponible))',
    ' (?:quelqu un|PERSON )(?: )?(?:peut|pourrait)(?: (?:il|elle|on|t il|t on))? (?:me |m |nous )?(?:rappeler|appeler|contacter|regarder|aider en|verifier|examiner|prendre) ',
    ' qu (?:une|un) (?:vraie )?PERSON ',
    ' (?:un|une) (?:de vos )PERSON (?:peut|pourrait) ',
    'START parler (?:humain|a humain|agent|conseiller|vrai personne) ',
  ],
  bare: [],
  unnamed: [
    ' qu on (?:me|m) (?:rappelle|appelle|contacte|telephone) ',
    ' (?:peut|pourrait|peuvent) (?:elle |il |on )?(?:me|m) (?:rappeler|appeler|contacter|telephoner|joindre) ',
    ' (?:rappelez|rappele|appelez|telephonez|contactez) moi ',
    ' (?:etre|me faire) (?:rappelee?|contactee?) ',
    ' (?:veux|voudrais|aimerais|souhaite|demande|peux avoir|avoir) (?:un|etre) (?:rappel|rappelee?) ',
    'START (?:transferez|transferer|passez|rediriger|escalader)(?: moi)? $',
  ],
};
