import type { RequestGrammar } from '../grammar.ts';

const machine =
  '(?:(?:un|una|el|la|este|esta|los|las|estos|estas|su|tu|otro|otra|pinche|maldit[oa]) ){0,3}(?:bots?|robots?|maquinas?|computadoras?|ordenador|chatbots?|ia|contestador|programa|asistente virtual|maquinita|robotito)';
const talking =
  '(?:hablar|ablar|hablarle|chatear|comunicar(?:me|nos)?|conversar|contactar(?:me)?|platicar|charlar|tratar|escribir|discutir|hablarlo|dialogar)';

export const spanish: RequestGrammar = {
  licence:
    'quiero|kiero|qiero|quisiera|quisiese|querria|queria|deseo|desearia|necesito|nesesito|nececito|preciso|ocupo|me gustaria|gustaria|prefiero|preferiria|puedo|podria|podriamos|podemos|puede|puedes|se puede|posible|exijo|solicito|pido|como|dejame|dejeme|dejenme|permitame|permiteme|tengo que|debo|hay (?:forma|manera)|busco|quien|donde|cuando|para|intento|trato de|ayudame a|ayudeme a|me (?:permite|deja|dejas|pueden)',
  talk: `${talking}(?: (?:de|sobre) (?:[a-z]+ ){1,4}| esto| directamente)? (?:con|a|cn)|(?:contactar|encontrar|localizar)(?: a)?|(?:que )?(?:me|nos) (?:atienda|atiendan|atienden|ayude|conteste|responda|atendiera|llame|contacte)(?: por)?|ser atendid[oa] por|(?:ponerme|entrar|estar) en contacto con`,
  connect:
    '(?:pasa|pase|pasen|comunica|comunique|comuniquen|conecta|conecte|conecten|transfiere|transfiera|transfieran|pon|ponga|pongan|deriva|derive|deriven|da|de|den|enlaza|enlace|redirige|redirija|contacta|contacte|canaliza|canalice|busca|manda)(?:me|nos)(?: en (?:contacto|comunicacion))?(?: con| a| al)?|' +
    '(?:pasar|comunicar|conectar|transferir|poner|derivar|dar|enlazar|redirigir|canalizar)(?:me|nos)(?: en (?:contacto|comunicacion))?(?: con| a| al)?|' +
    '(?:me|nos) (?:pasa|pasas|pases|pasan|pase|comunica|comunicas|comunique|comuniquen|conecta|conectas|conecte|pones|pone|ponga|transfieres|transfiere|transfieran|transfiera|derivas|deriva|derive|da|das|(?:puede|puedes|pueden|podria|podrias|podrian) (?:pasar|comunicar|conectar|transferir|poner|derivar|dar|enlazar))(?: en (?:contacto|comunicacion))?(?: con| a| al)?|' +
    '(?:ser|que me) (?:transferid[oa]|conectad[oa]|derivad[oa]) (?:a|con)',
  want: '(?:quiero|kiero|quisiera|querria|queria|deseo|necesito|nesesito|ocupo|me gustaria|prefiero|exijo|solicito|pido|busco|dije|(?:puedo|podria|podriamos) (?:tener|ver|obtener|pedir))(?: (?:a|ver|tener|que sea|la ayuda de|ayuda de|contactar|la atencion de|el contacto de))?',
  before:
    'un|una|unos|el|la|los|al|a|algun|alguna|su|sus|tu|tus|de sus|vuestro|otro|otra|verdadero|verdadera|real|de|uno|buen|mi propio',
  strong:
    'humanos?|humanas?|ser(?:es)? humanos?|personas? (?:real(?:es)?|de verdad|humanas?|fisicas?|de carne|viva|autentica|competente|del equipo)|(?:verdadera) persona|agentes?(?: (?:humano|real|en vivo|de soporte|de atencion|de servicio))?|asesora?s?|asesores|representantes?|operadora?s?|operadores|operarios?|ejecutiv[oa]s?|emplead[oa]s?|supervisora?|gerentes?|encargad[oa]s?|jef[ea]|responsable|tecnic[oa]|atencion (?:al cliente|humana|personal|personalizada)|servicio (?:al cliente|de atencion(?: al cliente)?)|soporte(?: humano| tecnico)?|compañero|alguien (?:real|de verdad|humano|mas|del equipo|competente|de carne)|teleoperadora?|(?:una) persona|trabajador(?:a|es)?|miembro del equipo|(?:asistencia|ayuda|contacto|trato|intervencion) human[oa]|consultor',
  weak: 'persona|personas|alguien|algien|gente|especialista|asistente|ustedes|equipo|recepcionista',
  notBefore:
    'de (?:contacto|seguros|viajes|viaje|la cuenta)|numero|telefono|recursos|a mi|en mi|para mi reserva|error|comun|promedio|en (?:madrid|la calle)|a (?:mi|la) (?:cuenta|reserva)',
  follow: '',
  opening:
    'hola|buenas|buenos dias|buenas tardes|buenas noches|si|no|ok|gracias|entonces|y|pero|stop|basta|solo|solamente|con|a|mejor|nada de bots|ayuda|aqui|ya|hoy|urgente|en vivo',
  not: 'no|nunca|sin|mi|mis|nadie|jamas|ni',
  denied:
    '(?:no|nunca|sin|tampoco|jamas)(?: (?:me|nos|quiero|necesito|hace falta|deseo|que))*?|no (?:[a-z]+ ){1,3}que|(?:si|cuando|despues de|antes de|tras)(?: (?:quiero|lo|la|me|desea|deseas))?|(?:me )?(?:dijo|dijeron|dice) que|(?:tengo|hay|hace falta|debo)',
  duty: '(?:tengo que|debo|hay que|hace falta|necesito|es necesario)',
  machine,
  refusals: [
    ` no (?:quiero|kiero|deseo|pienso|voy a|quisiera|puedo|me gusta|vuelvo a) (?:seguir )?(?:hablando|${talking.slice(3, -1)}) (?:[a-z]+ ){0,3}?(?:con|a) MACHINE `,
    ` (?:harto|harta|cansad[oa]|odio|deja(?:r)? de|basta de|en vez|me niego a|en lugar|paso) (?:de )?(?:[a-z]+ ){0,3}?(?:con|a) MACHINE `,
    `^ (?:(?:quiero|no|basta|por favor) ){0,2}(?:no|no mas|ni|basta de|nada de|sin|no un|no una) (?:un |una )?(?:bots?|robots?|maquinas?|ia|chatbots?) $`,
  ],
  more: [
    ` por ?que no (?:puedo|me dejan|me deja|se puede|podemos) ${talking} con ANYONE `,
    ` no (?:logro|consigo|puedo) (?:comunicarme|contactar|hablar) con PERSON `,
    ' hay (?:PERSON (?:ahi |aqui |disponible |en linea |con quien |con el que |que me ){1,2}|(?:alguien|alguna persona|una persona) (?:con quien|con el que|que me|que pueda|real|disponible))',
    ' (?:PERSON |alguien )(?:me )?(?:puede|podria|pueden)(?: (?:me|ustedes))? (?:llamar|llamarme|contactar|contactarme|devolver|atender|atenderme|revisar|ver|ayudarme en|mirar|comunicarse) ',
    ' (?:puede|podria|pueden) (?:PERSON |alguien )(?:me )?(?:llamar|llamarme|contactar|contactarme|atender|atenderme|revisar|ver|mirar) ',
    ' que me (?:atienda|ayude|conteste|responda|hable) ANYONE ',
    ' (?:den|pon|pasa|comunica|dame|dejame|pase|comunique)(?:me)? con (?:alguien|una persona|otra persona|otro) ',
  ],
  bare: ['START (?:quiero )?(?:una )?persona $'],
  unnamed: [
    ' (?:llamen|llame|llamad|llama|contacten|contacte)me ',
    ' (?:que|quiero que) me (?:llamen|llame|devuelvan la llamada|atienda una|atienda un|contacten) ',
    ' (?:una|la) llamada de (?:vuelta|un|una) ',
    'START (?:transferir|pasar|derivar|escalar)(?:me)? $',
    ' con quien (?:puedo|podria) (?:hablar|comunicarme|conversar) ',
  ],
};
