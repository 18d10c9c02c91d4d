import { anyOf } from './phrases.ts';
import { sentencesOf } from './words.ts';

const nonAnswer = anyOf(
  // English
  '(?:i|we|im|sorry|apologies)(?: am| m)?(?: [a-z]+){0,2}? (?:didnt|dont|did not|do not|couldnt|could not|cant|cannot|can not|not|wasnt able to|not able to|unable to)(?: [a-z]+){0,2}? (?:understand|get (?:that|this|it|you)|catch|follow|know(?! (?:your|if you))|recogni[sz]e|make sense|answer|help you with|help with|assist you with|assist with|find (?:an answer|anything|any|what|information|a match))',
  '(?:i )?(?:do not|dont) (?:have|know) (?:an|the|any|that|this)(?: [a-z]+)? (?:answer|information|info|about that)',
  '(?:could|can|would) you (?:[a-z]+ )?(?:rephrase|reword|repeat|clarify|elaborate|be more specific|say (?:that|it|this) (?:again|differently|in)|ask (?:that|it|again)|try again|put (?:it|that)|explain what)',
  '(?:try|by) (?:rephrasing|rewording|asking (?:in|it|me)|to rephrase|saying)',
  '(?:rephrase|reword) (?:your|that|the|this)',
  '(?:im|i am) (?:not (?:sure|certain)|unsure)(?: (?:that|if|whether))?(?: i)?(?: (?:what|how|understand|understood|about|which))?',
  '(?:im|i am) (?:still learning|unable to|not able to|afraid i (?:cant|cannot|dont))',
  '(?:beyond|outside) (?:of )?(?:my|what i)|i have no (?:idea|information|answer)|what do you mean|no (?:answer|results|information) (?:was )?(?:found|available)',
  '(?<=^ )(?:dont know|no idea|not sure)',
  // German
  '(?:nicht|nicht ganz|nicht richtig) (?:verstanden|verstehen|weiterhelfen|helfen|beantworten|sicher was|gefunden)',
  'versteh(?:e)?(?: (?:ich|das|dich|sie|ihre|deine|die|frage|anfrage|leider)){0,3} nicht|(?:weiss|kenne)(?: (?:ich|das|es|leider|die|antwort)){0,3} nicht',
  '(?:umformulieren|umformulier|anders (?:formulieren|ausdrucken|fragen)|neu formulieren|genauer beschreiben|noch ?mal (?:anders|formulieren))|formulieren sie|formuliere deine',
  'keine (?:passende )?(?:antwort|ahnung|information|informationen)',
  // French
  'n ai pas(?: (?:bien|tout a fait|tres bien|encore))? (?:compris|saisi|la reponse|de reponse|d information|cette information|trouve)',
  'ne (?:comprends|comprend|sais|connais) pas|(?:pouvez|pourriez|peux) (?:vous|tu) (?:[a-z]+ )?(?:reformuler|repeter|preciser|clarifier)|reformule[rz]|peux pas(?: (?:vous|t))? (?:aider|repondre)|ne suis pas (?:en mesure|sur d|certain)|pas en mesure de',
  // Spanish
  'no (?:te |le |lo |la |he |logro |pude |puedo )*(?:entendido|entendi|entiendo|comprendo|comprendi|comprendido|entender|comprender)|no (?:lo )?se|no puedo (?:ayudarte|ayudarle|ayudar|responder|contestar)|no tengo (?:una |la |esa )?(?:informacion|respuesta)|(?:puedes|puede|podrias|podria) (?:[a-z]+ )?(?:reformular|repetir|explicar|aclarar|ser mas)(?:lo|la)?|reformul[ae]|no encontre',
  // Portuguese
  'nao (?:te |o |a |consegui |consigo |pude )*(?:entendi|entendo|entender|compreendi|compreendo|compreender|percebi|perceber)|nao sei|nao (?:posso|consigo) (?:te |lhe |o |a )?(?:ajudar|responder)|nao tenho (?:uma |a |essa )?(?:informacao|informacoes|resposta)|(?:pode|poderia|podes) (?:[a-z]+ )?(?:reformular|repetir|explicar|esclarecer)|reformul[ae]|nao encontrei',
  // Italian
  'non (?:ho|riesco a|sono riuscito a)(?: [a-z]+)?? ?(?:capito|compreso|capire|comprendere|una risposta|la risposta|informazioni|trovato)|non (?:capisco|comprendo|conosco)|non (?:lo )?so|non posso (?:aiutar[a-z]*|rispondere)|(?:puo|puoi|potrebbe|potresti) (?:[a-z]+ )?(?:riformulare|ripetere|spiegare|chiarire)|riformul[ai]|non sono (?:in grado|sicuro|sicura)',
);
/** A help text about the customer's not knowing, or about the bot's asking on to be exact, is none. */
const longAnswer = 400;

/**
 * Whether a bot's answer is none: "I didn't understand", "I don't know", "could you rephrase?". In a long answer only
 * its first sentence counts.
 *
 * @returns the sentence that says so
 */
export function findNonAnswer(text: string): string | null {
  for (const { plain, words } of sentencesOf(text.slice(0, longAnswer))) {
    if (nonAnswer.test(plain)) return words;
    if (text.length > longAnswer) return null;
  }
  return null;
}
