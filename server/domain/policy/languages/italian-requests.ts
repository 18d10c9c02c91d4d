import type { RequestGrammar } from '../grammar.ts';

const machine =
  '(?:(?:un|una|uno|il|lo|la|questo|questa|i|le|vostro|altro|stupido|stupida|maledetto) ){0,3}(?:bots?|robot|macchin[ae]|computer|chatbot|ia|risponditore|programma|assistente virtuale|intelligenza artificiale)';
const talking =
  '(?:parlare|parlar|parlarne|chattare|comunicare|conversare|discutere|confrontarmi|interagire|scrivere|trattare|discuterne|dialogare|sentire)';

export const italian: RequestGrammar = {
  licence:
    'voglio|vojo|vojjo|vorrei|vorremmo|volevo|desidero|desidererei|preferisco|preferirei|posso|potrei|possiamo|potremmo|ho bisogno (?:di|d)|bisogno di|devo|bisogna|possibile|si puo|si potrebbe|come|fammi|mi faccia|fatemi|lasciami|mi lasci|lasciatemi|esigo|chiedo|pretendo|gradirei|mi piacerebbe|piacerebbe|cui|chi|quando|dove|modo di|cerco di|aiutami a|mi aiuti a|permettimi|mi permetta|richiedo di|necessito di|mi fate|mi fai|mi fa',
  talk: `${talking}(?: (?:di|del|della) (?:[a-z]+ ){1,4}| direttamente)? (?:con|a|ad|cn|col|cui)|(?:contattare|raggiungere|sentire|avere)|(?:essere|venire) (?:assistit[oa]|aiutat[oa]|contattat[oa]|richiamat[oa]|mess[oa] in contatto|collegat[oa]|trasferit[oa]|servit[oa]) (?:da|dal|con|a|ad)|(?:mettermi|entrare|essere) in (?:contatto|comunicazione) con`,
  connect:
    '(?:passa|passate|metti|mette|mettete|collega|collegate|trasferisci|trasferite|da|date|dam|connetti|connettete|inoltra|chiama|chiamate|manda|dirotta)(?:mi|ci)(?: in (?:contatto|linea|comunicazione))?(?: con| a| ad| al)?|dammi|' +
    '(?:mi|ci) (?:passi|passa|passate|metti|metta|mettete|mette|colleghi|collega|collegate|trasferisca|trasferisci|trasferite|trasferisce|dia|dai|date|connetta|connetti|chiami|inoltri|passerebbe|(?:puoi|puo|potete|potrebbe|potresti) (?:passare|mettere|collegare|trasferire|connettere|dare|inoltrare))(?: in (?:contatto|linea|comunicazione))?(?: con| a| ad| al)?|' +
    '(?:passar|metter|collegar|trasferir|connetter|dar|inoltrar)(?:mi|ci)(?: in (?:contatto|linea|comunicazione))?(?: con| a| ad| al)?',
  want: '(?:voglio|vojo|vorrei|volevo|desidero|preferisco|preferirei|esigo|pretendo|chiedo|cerco|mi serve|serve|ho bisogno (?:di|d)|bisogno (?:di|d)|richiedo|ho detto|necessito (?:di|d)|gradirei|(?:posso|potrei) (?:avere|vedere))(?: (?:avere|vedere|contattare|l aiuto di|aiuto da|il supporto di|sentire|solo))?',
  before:
    'un|una|uno|il|lo|la|l|i|le|gli|al|alla|suo|sua|vostro|vostra|tuo|tua|vostri|altro|altra|vero|vera|reale|qualche|dei|di|da|competente|bravo',
  strong:
    'uman[oa]|esser[ei] uman[oi]|person[ae] (?:reali|reale|ver[ae]|uman[ae]|fisica|in carne|viva|competente)|(?:vera|reale) persona|operator[ei]|operatric[ei]|agent[ei](?: umano)?|consulent[ei]|addett[oai]|impiegat[oai]|rappresentant[ei]|responsabil[ei]|superiore|supervisore|direttore|capo|manager|assistente uman[oa]|assistenza (?:clienti|umana)|servizio (?:clienti|assistenza)|supporto(?: clienti| umano| tecnico)?|tecnico|colleg[ah]i?|dipendent[ei]|qualcuno (?:di (?:reale|vero|umano|competente|voi)|del (?:team|vostro)|altro|in carne)|qualcun altro|(?:una) persona|operatore umano|centralinist[ae]|specialista|contatto umano|(?:aiuto|intervento) umano',
  weak: 'persona|persone|qualcuno|qualcun|gente|voi|team|staff|assistente',
  notBefore:
    'di (?:riferimento|viaggio|viaggi|contatto)|immobiliare|numero|telefono|risorse|alla (?:mia|prenotazione)|alla prenotazione|errore|a roma|per (?:disdire)|m[ie] ha|medio',
  follow: '',
  opening:
    'ciao|salve|buongiorno|buonasera|buon giorno|si|no|ok|grazie|allora|e|ma|stop|basta|solo|soltanto|con|a|qui|oggi|urgente|in chat|invece|in linea',
  not: 'non|mai|senza|mio|mia|miei|mie|nessuno|ne',
  denied:
    '(?:non|mai|senza|neanche)(?: (?:mi|voglio|serve|ho bisogno di|che|desidero|devo))*?|non (?:[a-z]+ ){1,3}che|(?:se|quando|dopo aver|prima di)(?: (?:voglio|vuole|vuoi|lo))?|(?:mi )?(?:ha detto|hanno detto|dice) (?:che|di)|(?:devo|bisogna)',
  duty: '(?:devo|bisogna|serve|e necessario|occorre)',
  machine,
  refusals: [
    ` non (?:voglio|vojo|intendo|desidero|vorrei|posso|mi va di|mi piace) (?:continuare a |piu )?(?:${talking.slice(3, -1)}) (?:[a-z]+ ){0,3}?(?:con|a|ad) MACHINE `,
    ` (?:stufo|stufa|stanc[oa]|odio|basta|smett\\w+|invece|rifiuto|anziche) (?:di )?(?:[a-z]+ ){0,3}?(?:con|a|ad) MACHINE `,
    `^ (?:(?:voglio|no|basta|per favore) ){0,2}(?:no|non|basta|niente|senza|non un|non una|basta con i|basta con questo) (?:un |una )?(?:bots?|robot|macchine?|ia|chatbot) $`,
  ],
  more: [
    'START (?:trasferire|trasferimento|passare|collegare|parlare) (?:a|ad|con|al) PERSON ',
    ' perche non (?:posso|mi fa|mi fate|si puo) (?:parlare|fate parlare) con ANYONE ',
    ' non riesco a (?:parlare|contattare|raggiungere) (?:con )?ANYONE ',
    ' (?:c e|ci sono|esiste|ce)(?: (?:per caso))? (?:PERSON (?:li |la |qui |disponibile |in linea |con cui |che mi |che possa ){1,2}|(?:qualcuno|una persona) (?:li |qui )?(?:con cui|che mi|che possa|che puo|di reale|disponibile))',
    ' (?:PERSON |qualcuno )(?:mi )?(?:puo|potrebbe|possono)(?: mi)? (?:chiamare|chiamarmi|richiamare|richiamarmi|contattare|contattarmi|guardare|vedere|verificare|controllare|assistere|assistermi|seguire) ',
    ' (?:puo|potrebbe) (?:PERSON |qualcuno )(?:mi )?(?:chiamare|chiamarmi|richiamare|richiamarmi|contattare|contattarmi|guardare|vedere|verificare|controllare) ',
    ' (?:c e|ci sono) (?:un essere umano|un umano|una persona vera|umani) ',
    ' (?:datemi|passatemi|dammi|passami) (?:a |con )?(?:qualcuno|una persona|un altra persona|qualcun altro) ',
  ],
  bare: ['START (?:voglio )?(?:una )?persona $'],
  unnamed: [
    ' (?:richiamatemi|richiamami|chiamatemi|mi richiami|mi richiamate|mi chiamate|mi chiami|contattatemi) $',
    ' (?:essere|voglio essere|vorrei essere) (?:richiamat[oa]|ricontattat[oa]|contattat[oa]) ',
    'START (?:trasferire|trasferiscimi|passare)(?: mi)? $',
    ' con chi (?:posso|potrei) (?:parlare|comunicare) ',
  ],
};
