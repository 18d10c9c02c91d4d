import type { RequestGrammar } from '../grammar.ts';

const machine =
  '(?:(?:keinem|keiner|einem|einer|einen|ein|eine|dem|der|den|diesem|dieser|diesen|so einem|irgendeinem|blod(?:en|er)|dumm(?:en|er)) ){0,3}' +
  '(?:bots?|roboter[n]?|maschinen?|computern?|chatbots?|ki|automat(?:en)?|programm|software|assistenten|dir)';
const talking = '(?:sprechen|reden|chatten|schreiben|telefonieren|unterhalten|kommunizieren|diskutieren)';
const verbs = `(?:${talking}|verbunden|verbinden|weitergeleitet|durchgestellt|sprechn|klaren)`;

export const german: RequestGrammar = {
  licence: 'kann ich|konnte ich|konnten wir|darf ich|durfte ich|lassen sie mich|lass mich',
  talk: '(?:mit|zu)',
  connect:
    '(?:(?:verbinde|verbinden|verbind|leite|leiten|stell|stelle|stellen|gib|geben|gebt|ubergib|ubergeben|hol|holen|hole|bring|bringen|schick|schicken|vermittle|vermitteln|weiterleiten)(?: sie| du| wir)? (?:mich|mir|uns|dies|das|es)(?: (?:weiter|durch|bitte))?(?: mit| zu| an| durch zu| durch an)?)|' +
    '(?:mich|mir|uns)(?: (?:mit|zu|an|bei))(?= (?:[a-z]+ ){1,6}(?:verbinden|verbindest|verbindet|durchstellen|weiterleiten|weiterverbinden|vermitteln|weitergeben|ubergeben|melden))',
  want: '(?:will|mochte|mocht|moechte|wollte|brauche|brauch|benotige|benoetige|brauchte|braeuchte|verlange|wunsche|bevorzuge|suche|fordere|hatte|haette|nehme)(?: (?:ich|wir))?(?: nur)?',
  before:
    'ne|ner|nem|nen|support|service|kunden|callcenter|ein|eine|einen|einem|einer|eines|der|die|das|den|dem|ihr|ihre|ihren|ihrem|ihrer|euren|eurem|euer|eure|deinen|deinem|dein|irgendein(?:en|em|er|e)?|ander(?:en|er|em|es|e)|echt(?:en|er|em|es|e)?|richtig(?:en|er|em|es|e)?|real(?:en|er|em|es|e)?|wirklich(?:en|er|em|es|e)?|lebend(?:ig)?(?:en|er|em|es|e)?|menschlich(?:en|er|em|es|e)?|kompetent(?:en|er|em|e)?|normal(?:en|er|em|e)?|zustandig(?:en|er|em|e)?|vom|von|aus|beim',
  strong:
    'mensch|menschen|mensch en|mitarbeiter(?:in|innen|s|n)?|kundenberater(?:in|n)?|berater(?:in|s|n)?|kundenbetreuer(?:in|s)?|betreuer(?:in)?|kundendienst(?:mitarbeiter)?|kundenservice|kundensupport|servicemitarbeiter(?:in|s)?|supportmitarbeiter(?:in|s)?|sachbearbeiter(?:in|s)?|ansprechpartner(?:in|s)?|operator|agent(?:en|in)?|vorgesetzt(?:en|er|em|e)|teamleiter(?:in)?|chef|manager|callcenter|kollege|kollegen|kollegin|(?:echt|richtig|real|wirklich|menschlich|lebend|lebendig|normal)(?:e|en|er|em) (?:person|personen|leute|leuten|ansprechpartner|hilfe|kontakt|unterstutzung)|(?:jemand|jemanden|jemandem) (?:echt(?:es|em|en)|richtig(?:es|em|en)|real(?:es|em)|menschlich(?:es|em)|kompetent(?:es|em)|ander(?:es|em|en|s))|(?:eine|einer) person|ruckruf|live chat|service team|team',
  weak: 'person|personen|jemand|jemanden|jemandem|jmd|jemandn|support|leute|leuten|service|abteilung|fachabteilung|zentrale|hotline|team|rezeption',
  notBefore:
    'rabatt|nummer|ausweis|konto|login|bewerten|werden|uberweisen|eintragen|hinzufugen|gesprochen|geredet|verbunden gewesen|hat|hatte|nutzen|andern|wechseln|zahlen',
  follow:
    'sprechen|haben|erreichen|kontaktieren|bekommen|kriegen|der|die|mit|zum|im|am|fur|und|aber|oder|als|statt|hier|heute|in|an|bei|um|weil|damit|dazu|wegen|telefonisch|zu|ich|dran|verlangen|sehen|konsultieren|einschalten|dazuholen|hinzuziehen|da|am|per|kein|keinen|nicht|sonst|danke|ans|zur|vor|auf|von|aus|nun|also|eingeschaltet|schreiben|anrufen|reden',
  opening:
    'hallo|hi|hey|guten tag|guten morgen|guten abend|moin|servus|ja|nein|ok|okay|danke|also|und|aber|dann|stopp|stop|entschuldigung|nur|kein bot|her|sprechen|reden|verbinden|fragen|mir|ich|im chat|heute',
  not: 'nicht|nie|kein|keinen|keinem|keiner|niemand|niemandem|mein|meinem|meinen|meiner|meine',
  denied:
    'nicht|kein|keinen|niemals|nie|(?:muss|soll|sollte) (?:ich|man)|wenn (?:ich|sie|du)|(?:als|nachdem) ich|bin ich|(?:hat|hatte|habe) (?:[a-z]+ ){0,2}',
  duty: '(?:muss|soll|sollte) (?:ich|man)|spreche ich|bin ich|rede ich|schreibe ich|habt ihr|bist du|sind sie',
  machine,
  refusals: [
    ` (?:will|mochte|moechte|mag|wollte|werde|rede|spreche|schreibe|chatte)(?: ich)? (?:[a-z]+ ){0,2}?(?:nicht|nie|ungern) (?:[a-z]+ ){0,3}?mit MACHINE `,
    ` (?:will|mochte|werde|rede|spreche|schreibe)(?: ich)? (?:[a-z]+ ){0,3}?mit (?:keinem|keiner) MACHINE `,
    ` (?:keine lust|kein bock|satt|leid|statt|weigere|genug|hasse es) (?:[a-z]+ ){0,4}?mit MACHINE `,
    `^ (?:(?:ich will|bitte|nein|genug|stopp) ){0,2}(?:kein|keinen|keine|nicht) (?:bot|roboter|maschine|computer|ki|chatbot)s?(?: mehr)? $`,
  ],
  more: [
    ' von PERSON (?:[a-z]+ ){0,2}?(?:betreut|bedient|beraten|bearbeitet|beantwortet|angerufen|kontaktiert) ',
    ' (?:kann|konnte) (?:mir |uns )?PERSON (?:[a-z]+ ){0,3}?helfen ',
    'START PERSON (?:[a-z]+ ){0,2}?(?:zu )?(?:sprechen|erreichen|kontaktieren) ',
    ' (?:ist|gibt es|gibts|habt ihr)(?: (?:hier|da|dort|denn)){0,2} (?:jemand|jemanden|wer) (?:mit dem|zum|der mir|mit dem ich) ',
    ` (?:warum|wieso|weshalb) (?:kann|darf|konnen|lasst|verbinden) (?:[a-z]+ ){0,4}?mit ANYONE GAP ${verbs} `,
    ` kann ich (?:denn )?nicht mit ANYONE GAP ${verbs} `,
    ` (?:mochte|moechte|mocht|will|wollte|wurde|wuerde|kann|konnte|koennte|darf|durfte|muss|mochten|wollen|konnen|hatte|brauche|verlange|wunsche|moglich|gibt es|wie|geht|bevorzuge|ziehe|erlauben|wann|lass|lassen) GAP mit ANYONE GAP ${verbs} `,
    `START mit ANYONE (?:[a-z]+ ){0,3}?(?:zu )?${verbs} `,
    'START (?:sprechen|reden|chatten|verbinden|verbindung|gesprach|kontakt) (?:mit|zu) ANYONE ',
    ` (?:mochte|moechte|will|wollte|wurde|kann|konnte|darf|durfte|muss|gibt es) (?:ich |wir )?GAP ANYONE (?:[a-z]+ ){0,3}?(?:sprechen|erreichen|haben|bekommen|kriegen|kontaktieren) `,
    ' (?:wie|wo) (?:erreiche|bekomme|finde|kriege|komme|kontaktiere) (?:ich|wir) (?:zu |an |hier )?PERSON ',
    ' (?:gibt es|gibts|habt ihr)(?: (?:hier|da|dort|denn|auch|ein echter|noch)){0,3} (?:PERSON (?:da |hier |dort |online |verfugbar |erreichbar |im chat |der |die |mit |zum |an ){1,3}|jemand(?:en)? (?:mit dem|zum) )',
    ' (?:gibt es|gibts|ist)(?: (?:hier|da|dort|auch|denn|uberhaupt)){1,3} PERSON $',
    ' (?:kann|konnte|soll|wurde) (?:mich |mir |uns |sich )?(?:bitte )?(?:ANYONE |jemand )(?:mich |mir |uns |sich |das |bitte ){0,3}(?:[a-z]+ ){0,3}?(?:anrufen|zuruckrufen|kontaktieren|melden|helfen der|ansehen|anschauen|kummern) ',
    ' (?:will|mochte|wollte|muss) (?:den|die|ihren|euren) (?:chef|vorgesetzten|manager|teamleiter) ',
  ],
  bare: [],
  unnamed: [
    ' (?:rufen sie|ruf|ruft|rufe) (?:mich|uns) (?:[a-z]+ ){0,3}?(?:zuruck|an) ',
    ' (?:bitte um|um|erbitte)(?: einen)? ruckruf ',
    'START (?:weiterleiten|durchstellen|verbinden|eskalieren)(?: bitte)? $',
  ],
};
