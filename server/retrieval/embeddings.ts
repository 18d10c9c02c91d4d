/** Turns texts into vectors of meaning. */
export interface Embeddings {
  /** The model, as it is shown to people. */
  readonly name: string;
  /** One vector a text, in order, all of one length. @throws when the model cannot be asked */
  embed(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]>;
}
