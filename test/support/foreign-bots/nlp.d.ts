/** What we use of nlp.js, which brings no types. */
interface NlpManager {
  settings: { autoSave: boolean; log: boolean };
  addLanguage(language: string): void;
  addDocument(language: string, text: string, intent: string): void;
  addAnswer(language: string, intent: string, answer: string): void;
  train(): Promise<void>;
  process(language: string, text: string): Promise<{ intent: string; answer?: string }>;
}

declare module '@nlpjs/core' {
  export function containerBootstrap(): Promise<{ use(plugin: unknown): void; get(name: 'nlp'): NlpManager }>;
}
declare module '@nlpjs/nlp' {
  export const Nlp: unknown;
}
declare module '@nlpjs/lang-en-min' {
  export const LangEn: unknown;
}
