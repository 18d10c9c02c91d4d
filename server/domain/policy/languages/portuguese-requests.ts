import type { RequestGrammar } from '../grammar.ts';

const machine =
  '(?:(?:um|uma|o|a|este|esta|esse|essa|os|as|seu|outro|outra|maldit[oa]) ){0,3}(?:bots?|robos?|robots?|maquinas?|computador|computadores|chatbots?|ia|programa|assistente virtual|inteligencia artificial)';
const talking =
  '(?:falar|fala|falr|conversar|tratar|teclar|contatar|contactar|comunicar(?: me)?|me comunicar|discutir|escrever|resolver)';

export const portuguese: RequestGrammar = {
  licence:
    'quero|qero|kero|queria|quer|gostaria|gostava|preciso|presciso|posso|poderia|podia|podemos|da para|da pra|desejo|desejaria|prefiro|preferia|preferiria|possivel|tem como|ha como|como|me deixa|me deixe|deixa eu|deixe me|deixem me|exijo|solicito|peco|tenho que|tenho de|necessito|devo|quem|onde|quando|consigo|tentando|tento|ajuda para|ajude a|pode|permita me|faco para|faco pra',
  talk: `${talking}(?: (?:de|sobre) (?:[a-z]+ ){1,4}| isso| diretamente| ao vivo)? (?:com|c|a|por|cm)|(?:ser|seja) (?:atendid[oa]|ajudad[oa]|contactad[oa]|transferid[oa]|encaminhad[oa]) (?:por|pelo|pela|a|para|pra)|(?:contatar|contactar|encontrar)|(?:entrar|ter|estar|ficar) em conta(?:to|cto) com|ter conta(?:to|cto) com|que me atenda|conta(?:to|cto) com`,
  connect:
    '(?:me|nos|te) (?:passa|passe|passem|passar|transfere|transfira|transfiram|transferir|transferi|conecta|conecte|conectem|conectar|coloca|coloque|coloquem|colocar|liga|ligue|ligar|ligam|da|de|deem|dar|encaminha|encaminhe|encaminhar|manda|mande|bota|bote|poe|ponha|direciona|direcione|direcionar|redireciona|redirecione|chama|chame|arruma|arranja|arranje)(?: em conta(?:to|cto))?(?: com| para| pra| a| ao| pro| o| a)?|' +
    '(?:passe|passa|passar|transfira|transfere|transferir|conecte|conecta|conectar|coloque|coloca|ligue|liga|ligar|de|dar|encaminhe|encaminhar|ponha|poe|direcione|redirecione|chame|chama|arranje)(?: me| nos)(?: em conta(?:to|cto))?(?: com| para| pra| a| ao| pro)?|' +
    '(?:transferencia|transferir) (?:para|pra|a)',
  want: '(?:quero|qero|kero|queria|gostaria(?: de)?|gostava(?: de)?|preciso(?: de)?|presciso(?: de)?|desejo|prefiro|preferia|exijo|solicito|peco|procuro|chama|chame|chamem|necessito(?: de)?|disse|(?:posso|poderia|podia) (?:ter|ver|pedir))(?: (?:ter|ver|da ajuda de|a ajuda de|ajuda de|ajuda dum|contatar|contactar|o|a|do|da|dum))?',
  before:
    'um|uma|o|a|os|as|algum|alguma|seu|sua|seus|de|do|da|teu|vosso|outro|outra|verdadeiro|verdadeira|real|d|dos|dum|duma|ao|bom',
  strong:
    'humanos?|humanas?|ser(?:es)? humanos?|pessoas? (?:reais|real|de verdade|humanas?|fisicas?|de carne|viva|competente)|(?:verdadeira) pessoa|atendentes?(?: humano)?|agentes?(?: humano)?|operadora?s?|operadores|representantes?|consultora?s?|consultores|gerentes?|supervisora?|funcionari[oa]s?|responsavel|chefe|atendimento (?:humano|pessoal|ao cliente|personalizado)|apoio (?:ao cliente|humano)|suporte(?: humano| tecnico| ao cliente)?|servico (?:ao|de apoio ao|de atendimento ao) cliente|sac|colaborador(?:a|es)?|especialistas?|tecnic[oa]|alguem (?:real|de verdade|humano|mais|da equipe|da equipa|competente)|(?:uma) pessoa|assistente humano|(?:ajuda|contato|contacto|assistencia) human[oa]|telefonista',
  weak: 'pessoa|pessoas|alguem|algum|gente|assistente|voces|equipe|equipa|outra pessoa',
  notBefore:
    'de (?:contato|contacto|viagens|viagem|seguros)|numero|telefone|recursos|a minha|na minha|na reserva|a reserva|erro|em lisboa|para a reserva|imobiliario',
  follow: '',
  opening:
    'ola|oi|bom dia|boa tarde|boa noite|sim|nao|ok|obrigad[oa]|entao|e|mas|stop|chega|so|somente|com|a|aqui|hoje|urgente|ai|ao vivo|opa',
  not: 'nao|nunca|sem|meu|minha|meus|minhas|ninguem|nem',
  denied:
    '(?:nao|nunca|sem|nem)(?: (?:me|quero|preciso|desejo|precisa|que|de))*?|nao (?:[a-z]+ ){1,3}que|(?:se|quando|depois de|antes de|apos)(?: (?:quiser|quero|eu|me))?|(?:me )?(?:disse|disseram|diz) que|(?:tenho|devo) ',
  duty: '(?:tenho que|tenho de|devo|e preciso|e necessario|preciso)',
  machine,
  refusals: [
    ` nao (?:quero|qero|desejo|vou|queria|posso|gosto de|pretendo) (?:continuar |mais )?(?:falando|${talking.slice(3, -1)}) (?:[a-z]+ ){0,3}?(?:com|a) MACHINE `,
    ` (?:farto|farta|cansad[oa]|odeio|chega de|cheg[ao] de|parar de|em vez|recuso me a|me recuso a|inves) (?:de )?(?:[a-z]+ ){0,3}?(?:com|a) MACHINE `,
    `^ (?:(?:quero|nao|chega|por favor) ){0,2}(?:nao|sem|chega de|nada de|nem|nao um|nao uma|nao mais) (?:um |uma )?(?:bots?|robos?|robots?|maquinas?|ia|chatbots?) $`,
  ],
  more: [
    ` (?:por ?que|porque) (?:eu )?nao (?:posso|me deixam|da para|consigo) ${talking} com ANYONE `,
    ` nao consigo (?:falar|contato|contactar) com PERSON `,
    ' (?:tem|ha|existe) (?:PERSON (?:ai |aqui |disponivel |online |com quem |que me |que possa ){1,2}|(?:alguem|alguma pessoa|uma pessoa) (?:ai |aqui )?(?:com quem|que me|que possa|para falar|pra falar|real))',
    ' (?:PERSON |alguem )(?:me )?(?:pode|poderia|podem)(?: me)? (?:ligar|contatar|contactar|retornar|atender|ver|verificar|olhar|telefonar)(?: me)? ',
    ' (?:pode|poderia|podem) (?:PERSON |alguem )(?:me )?(?:ligar|contatar|contactar|atender|ver|verificar|olhar|telefonar) ',
    ' (?:quero|queria|gostaria de|prefiro|preciso) (?:ser )?(?:atendimento|atendid[oa]) (?:por|com) ANYONE ',
  ],
  bare: ['START (?:quero )?(?:uma )?pessoa $'],
  unnamed: [
    ' (?:me (?:liguem|ligue|ligam|telefonem|retornem|contatem|contactem)|(?:liguem|ligue|telefonem|contactem|contatem) me)(?: de volta)? $',
    ' (?:que|quero que) me (?:liguem|ligue|contactem|atendam|retornem) ',
    'START (?:transferir|transfere|passar|encaminhar)(?: me)? $',
    ' com quem (?:eu )?(?:posso|poderia|falo) (?:falar |conversar )?',
  ],
};
