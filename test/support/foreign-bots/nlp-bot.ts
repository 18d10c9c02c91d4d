import { containerBootstrap } from '@nlpjs/core';
import { LangEn } from '@nlpjs/lang-en-min';
import { Nlp } from '@nlpjs/nlp';

/** What the bot wants to say, in no dialect. */
export interface NlpAnswer {
  readonly text: string;
  readonly wantsPerson: boolean;
}

/** A bot that was trained with nlp.js, and that knows nothing of any chat. */
export interface NlpBot {
  /** Learns what a person decided in a conversation. */
  learn(conversation: string, decision: string): void;
  answer(conversation: string, text: string): Promise<NlpAnswer>;
  /** Every decision that it has learned of. */
  readonly learned: string[];
}

const documents: Record<string, readonly string[]> = {
  hours: ['when are you open', 'what are your opening hours', 'opening times', 'are you open on sunday'],
  refund: ['where is my refund', 'refund', 'i want my money back', 'when do i get my refund'],
  // Words that only this bot knows: what everybody understands, Handrail understands before it.
  person: ['code nine', 'code nine please', 'this is a code nine'],
};
const answers: Record<string, string> = {
  hours: 'We are open from nine to five.',
  refund: 'Refunds take five days.',
  person: 'One moment.',
};

export async function trainNlpBot(): Promise<NlpBot> {
  const container = await containerBootstrap();
  container.use(Nlp);
  container.use(LangEn);
  const nlp = container.get('nlp');
  nlp.settings.autoSave = false;
  nlp.settings.log = false;
  nlp.addLanguage('en');
  for (const [intent, texts] of Object.entries(documents)) {
    for (const text of texts) nlp.addDocument('en', text, intent);
    nlp.addAnswer('en', intent, answers[intent] ?? '');
  }
  await nlp.train();

  const decisions = new Map<string, string>();
  const learned: string[] = [];
  return {
    learned,
    learn(conversation, decision) {
      decisions.set(conversation, decision);
      learned.push(decision);
    },
    async answer(conversation, text) {
      const { intent, answer } = await nlp.process('en', text);
      const decision = decisions.get(conversation);
      if (intent === 'refund' && decision !== undefined) {
        return { text: `A colleague has decided: ${decision}`, wantsPerson: false };
      }
      return { text: answer ?? 'I did not get that.', wantsPerson: intent === 'person' };
    },
  };
}
