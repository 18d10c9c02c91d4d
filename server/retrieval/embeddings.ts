/** Turns texts into vectors of meaning. */
export interface Embeddings {
  /** The model, as it is shown to people. */
  readonly name: string;
  /** One vector a text, in order, all of one length. @throws when the model cannot be asked, or answers nonsense */
  embed(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]>;
}

/** The same, for texts asked before from memory: the `most` last ones. */
export function remembered(embeddings: Embeddings, most: number): Embeddings {
  const known = new Map<string, Float32Array>();
  return {
    name: embeddings.name,
    async embed(texts, signal) {
      const found = new Map<string, Float32Array>();
      for (const text of texts) {
        const vector = known.get(text);
        if (vector !== undefined) found.set(text, vector);
      }
      const missing = [...new Set(texts)].filter((text) => !found.has(text));
      const vectors = missing.length === 0 ? [] : await embeddings.embed(missing, signal);
      missing.forEach((text, at) => {
        const vector = vectors[at];
        if (vector !== undefined) found.set(text, vector);
      });
      for (const [text, vector] of found) {
        // Anew at the end: what was asked last is kept longest.
        known.delete(text);
        known.set(text, vector);
      }
      for (const text of known.keys()) {
        if (known.size <= most) break;
        known.delete(text);
      }
      return texts.map((text) => found.get(text) ?? new Float32Array());
    },
  };
}

/** @returns the vectors as they are, if they are what was asked for. @throws TypeError if not */
export function checkedVectors(vectors: readonly ArrayLike<number>[], count: number): Float32Array[] {
  if (vectors.length !== count) throw new TypeError(`${vectors.length} vectors came for ${count} texts`);
  const length = vectors[0]?.length ?? 0;
  return vectors.map((values) => {
    if (values.length === 0 || values.length !== length) throw new TypeError('the vectors differ in length');
    const vector = Float32Array.from(values);
    if (!vector.every(Number.isFinite)) throw new TypeError('a vector holds what is no number');
    return vector;
  });
}
